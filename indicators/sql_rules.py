"""What SQL a definition may say, checked on the parse tree, and the rewriting of open ages.

A definition holds one boolean (or numeric) expression over the columns of one prepared source. SQLGlot passes
what it does not know through in silence, so only the node kinds named here are let in: no statement, subquery,
list, lambda, date, window or function beside `coalesce` and `abs`, and no division (it differs by database).

A comparison on an interval column becomes three-valued: `age_months < 60` is true if the highest possible age
is below 60, false if the lowest is not, else NULL, which the engine counts apart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from indicators.prepare.contracts import SOURCES, PreparedSource
from schemas.errors import InvalidDefinition

ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In,
    exp.Between, exp.Case, exp.If, exp.Coalesce, exp.Abs, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub,
    exp.Mul, exp.Neg, exp.Null, exp.Boolean, exp.Literal, exp.Column, exp.Identifier,
)  # fmt: skip

_MIRROR: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
}


def parse(text: str, source: str, where: str) -> exp.Expr:
    """The tree of one allowed expression over SOURCE; WHERE names file and key in the refusal."""
    contract = SOURCES.get(source)
    if contract is None:
        raise refusal(where, f"nguồn {source!r} không có", f"there is no source {source!r}")
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        raise refusal(where, "không phải biểu thức SQL", "not an SQL expression") from error
    if len(trees) != 1 or trees[0] is None:
        raise refusal(where, "cần đúng một biểu thức", "exactly one expression is wanted")
    tree: exp.Expr = trees[0]
    for node in tree.walk():
        if type(node) not in ALLOWED:
            name = type(node).__name__
            raise refusal(where, f"không cho phép {name} trong SQL", f"{name} is not allowed in the SQL")
        _check_node(node, contract, where)
    return tree


def refusal(where: str, vi: str, en: str) -> InvalidDefinition:
    return InvalidDefinition(f"Định nghĩa {where}: {vi}.", f"Definition {where}: {en}.")


def _check_node(node: exp.Expr, contract: PreparedSource, where: str) -> None:
    if isinstance(node, exp.Column):
        _check_column(node, contract, where)
    if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
        raise refusal(where, "IN chỉ nhận danh sách giá trị", "IN takes a list of values only")
    if isinstance(node, exp.Case) and node.this is not None:
        raise refusal(where, "viết CASE WHEN điều kiện", "write CASE WHEN condition")


def _check_column(column: exp.Column, contract: PreparedSource, where: str) -> None:
    if column.table:
        raise refusal(where, f"cột {column.sql()} không mang tên bảng", f"column {column.sql()} bears no table")
    if column.name in contract.intervals:
        if not _is_bound_to_number(column):
            raise refusal(
                where,
                f"{column.name} chỉ được so sánh với một số",
                f"{column.name} may only be compared with a number",
            )
    elif column.name not in contract.columns:
        raise refusal(
            where,
            f"nguồn {contract.name} không có cột {column.name}",
            f"{contract.name} has no {column.name}",
        )


def _is_number(node: exp.Expr | None) -> bool:
    if isinstance(node, exp.Neg):
        node = node.this
    return isinstance(node, exp.Literal) and not node.is_string


def _is_bound_to_number(column: exp.Column) -> bool:
    parent = column.parent
    if parent is not None and type(parent) in _MIRROR:
        other = parent.expression if parent.this is column else parent.this
        return _is_number(other)
    return (
        isinstance(parent, exp.Between)
        and parent.this is column
        and _is_number(parent.args["low"])
        and _is_number(parent.args["high"])
    )


def _three_valued(kind: type[exp.Expr], name: str, number: str) -> str:
    lo, hi = f"{name}_lo", f"{name}_hi"
    surely: dict[type[exp.Expr], tuple[str, str]] = {
        exp.LT: (f"{hi} < {number}", f"{lo} >= {number}"),
        exp.LTE: (f"{hi} <= {number}", f"{lo} > {number}"),
        exp.GT: (f"{lo} > {number}", f"{hi} <= {number}"),
        exp.GTE: (f"{lo} >= {number}", f"{hi} < {number}"),
        exp.EQ: (f"{lo} = {number} and {hi} = {number}", f"{hi} < {number} or {lo} > {number}"),
        exp.NEQ: (f"{hi} < {number} or {lo} > {number}", f"{lo} = {number} and {hi} = {number}"),
    }
    yes, no = surely[kind]
    return f"(case when {yes} then true when {no} then false end)"


def rewrite(tree: exp.Expr, source: str) -> exp.Expr:
    """The tree with every comparison on an interval column made three-valued."""
    intervals = SOURCES[source].intervals

    def step(node: exp.Expr) -> exp.Expr:
        text = _open_comparison(node, intervals)
        return sqlglot.parse_one(text, read="duckdb") if text else node

    transform: Callable[..., exp.Expr] = tree.copy().transform
    return transform(step)


def _open_comparison(node: exp.Expr, intervals: dict[str, str]) -> str | None:
    if isinstance(node, exp.Between) and node.this.name in intervals:
        low = _three_valued(exp.GTE, node.this.name, node.args["low"].sql("duckdb"))
        high = _three_valued(exp.LTE, node.this.name, node.args["high"].sql("duckdb"))
        return f"({low} and {high})"
    if type(node) not in _MIRROR:
        return None
    left, right = node.this, node.expression
    if isinstance(left, exp.Column) and left.name in intervals:
        return _three_valued(type(node), left.name, right.sql("duckdb"))
    if isinstance(right, exp.Column) and right.name in intervals:
        return _three_valued(_MIRROR[type(node)], right.name, left.sql("duckdb"))
    return None


@cache
def physical_sql(text: str, source: str, dialect: str = "duckdb") -> str:
    """A definition's expression as SQL over the prepared table's own columns, in the dialect of a database."""
    return str(rewrite(parse(text, source, source), source).sql(dialect=dialect))


@cache
def columns_of(text: str, source: str) -> frozenset[str]:
    """The names of a definition's columns, as it writes them."""
    return frozenset(c.name for c in parse(text, source, source).find_all(exp.Column))
