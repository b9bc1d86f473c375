"""Each predicate is changed in turn; some example of its definition must notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlglot
from sqlglot import exp

from indicators.examples import example_connection, run_example
from indicators.loader import catalogue

SWAPS = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.EQ: exp.NEQ,
}


def mutants(text):
    """The predicate with one comparison, junction, number or negation changed."""
    tree = sqlglot.parse_one(text, read="duckdb")
    for place, node in enumerate(tree.walk()):
        for changed in _changes(node):
            yield _replaced(text, place, changed)


def _changes(node):
    if type(node) in SWAPS:
        yield SWAPS[type(node)](this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.Literal) and not node.is_string:
        yield exp.Literal.number(int(node.this) + 1)
        yield exp.Literal.number(int(node.this) - 1)
    if isinstance(node, exp.Column) and not isinstance(node.parent, (*SWAPS, exp.In, exp.Between)):
        yield exp.Not(this=node.copy())


def _replaced(text, place, changed):
    tree = sqlglot.parse_one(text, read="duckdb")
    node = list(tree.walk())[place]
    if node is tree:
        return changed.sql("duckdb")
    node.replace(changed)
    return tree.sql("duckdb")


def changed_definitions(definition):
    for name in ("population", "condition"):
        text = getattr(definition, name)
        if text and definition.kind != "estimator":
            yield from (replace(definition, **{name: m}) for m in mutants(text))
    for name in ("numerator", "denominator"):
        counts = getattr(definition, name)
        for at, count in enumerate(counts):
            for mutant in mutants(count.where):
                yield replace(definition, **{name: (*counts[:at], replace(count, where=mutant), *counts[at + 1 :])})


@pytest.mark.soak
def test_every_changed_predicate_is_noticed_by_an_example():
    missed = []
    with example_connection() as con:
        for definition in catalogue().values():
            for mutant in changed_definitions(definition):
                if not any(run_example(con, mutant, e) != e.expect for e in definition.examples):
                    missed.append(
                        (definition.id, mutant.population, mutant.condition, mutant.numerator, mutant.denominator)
                    )
    assert not missed, missed
