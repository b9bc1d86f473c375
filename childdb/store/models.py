"""The store's tables, as docs/design.md tells them; the fact tables follow the registry schemas/facts.py.

Encrypted columns are LargeBinary and are encrypted and decrypted by the code that writes and reads them
(crypto.Cipher, with `table.column` as associated data). ENCRYPTED lists them for key rotation and for the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip
from sqlalchemy.types import TypeEngine

from schemas.facts import FACTS, IDENTITY_FIELDS, OPEN
from schemas.facts import Column as FactColumn

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only in INTEGER PRIMARY KEY
_ID: TypeEngine[Any] = BigInteger().with_variant(Integer, "sqlite")
_KIND: dict[str, Any] = {
    "text": Text, "code": String(40), "int": Integer, "decimal": Numeric(12, 3), "bool": Boolean, "date": Date,
}  # fmt: skip
_IDENTIFYING_IDENTITY = ("full_name", "personal_id", "mother_name", "father_name", "household_head")

BATCH_KINDS = ("reference", "import", "decision", "correction", "undo", "dismissal", "erasure")


def _id() -> Column[Any]:
    # given by bulk.Numbers under the write lock, never by the database: SQLite and PostgreSQL count alike
    return Column("id", _ID, primary_key=True, autoincrement=False)


def _ref(name: str, table: str, *, null: bool = False, index: bool = True) -> Column[Any]:
    return Column(name, _ID, ForeignKey(f"{table}.id"), nullable=null, index=index)


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


setting = Table(
    "setting", metadata, Column("name", String(40), primary_key=True), Column("value", LargeBinary, nullable=False)
)

batch = Table(
    "batch", metadata, _id(),
    Column("kind", String(20), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("undoes", _ID, ForeignKey("batch.id"), nullable=True, index=True),
    Column("reason", LargeBinary),
    Column("file_lookup", LargeBinary, index=True),
    Column("file_name", LargeBinary),
    Column("file_kind", String(10)),
    Column("code_version", String(20), nullable=False),
    _one_of("kind", BATCH_KINDS),
    CheckConstraint("(undoes is null) = (kind <> 'undo')", name="undo_names_a_batch"),
)  # fmt: skip

source_sheet = Table(
    "source_sheet", metadata, _id(), _ref("batch_id", "batch"),
    Column("name", LargeBinary, nullable=False),
    Column("template", String(60)),
    Column("list_kind", String(30), nullable=False),
    Column("list_date", Date, nullable=False),
    Column("period", String(10)),
    Column("commune_code", String(10)),
    Column("commune_from", Date),
    Column("columns", JSON, nullable=False),
    Column("accounting", JSON, nullable=False),
)  # fmt: skip

identity = Table(
    "identity", metadata, _id(),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("number", Integer, nullable=False, default=0),
    Column("child_key", BigInteger, nullable=False, unique=True),
    _ref("first_batch", "batch", index=False),
    *(
        Column(name, LargeBinary) if name in _IDENTIFYING_IDENTITY
        else Column(name, Date) if name in ("birth_date", "commune_from") else Column(name, Text)
        for name in IDENTITY_FIELDS
    ),
)  # fmt: skip

record = Table(
    "record", metadata, _id(), _ref("identity_id", "identity", null=True),
    Column("content", LargeBinary, nullable=False),
    Column("retracts", JSON),
    Column("replaces", JSON(none_as_null=True)),
    UniqueConstraint("identity_id", "content"),
)  # fmt: skip

source_row = Table(
    "source_row", metadata, _id(), _ref("sheet_id", "source_sheet"), _ref("batch_id", "batch"),
    Column("number", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("skip_reason", String(24)),
    _ref("record_id", "record", null=True),
    Column("cells", LargeBinary, nullable=False),
    Column("typed", LargeBinary),  # what was read of a held row, so that it can be admitted later
    Column("token", String(40), index=True),
    _one_of("status", ("new", "changed", "unchanged", "held_back", "skipped")),
    CheckConstraint("(skip_reason is null) = (status <> 'skipped')", name="skipped_says_why"),
    CheckConstraint("status not in ('new', 'changed', 'unchanged') or record_id is not null", name="accepted_asserts"),
)  # fmt: skip

row_issue = Table(
    "row_issue", metadata, _id(), _ref("batch_id", "batch"), _ref("sheet_id", "source_sheet", null=True),
    _ref("source_row_id", "source_row", null=True),
    Column("code", String(40), nullable=False),
    Column("field", String(60)),
    Column("column", String(4)),
    Column("value", LargeBinary),
    Column("slots", LargeBinary),
)  # fmt: skip

child_link = Table(
    "child_link", metadata,
    Column("identity_id", _ID, ForeignKey("identity.id"), primary_key=True),
    Column("child_key", BigInteger, nullable=False, index=True),
)  # fmt: skip

match_decision = Table(
    "match_decision", metadata, _id(), _ref("batch_id", "batch"),
    Column("verdict", String(10), nullable=False),
    _ref("identity_a", "identity", null=True), _ref("identity_b", "identity", null=True),
    Column("decided_by", Text, nullable=False),
    Column("rule", String(60)),
    Column("score", Numeric(8, 4)),
    Column("reasons", JSON, nullable=False),
    Column("closes", _ID, ForeignKey("match_decision.id"), nullable=True, index=True),
    _one_of("verdict", ("same", "not_same", "related", "closed")),
)  # fmt: skip

row_decision = Table(
    "row_decision", metadata, _id(), _ref("batch_id", "batch"), _ref("source_row_id", "source_row"),
    Column("verdict", String(10), nullable=False),
    Column("reason", LargeBinary),
    _ref("record_id", "record", null=True),
    Column("by_row", _ID, ForeignKey("source_row.id"), nullable=True),
    _one_of("verdict", ("dismissed", "admitted", "closed")),
)  # fmt: skip

village = Table(
    "village", metadata, _id(), Column("commune_code", String(10), nullable=False),
    Column("commune_from", Date, nullable=False), Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False), UniqueConstraint("commune_code", "commune_from", "folded"),
)  # fmt: skip

household = Table(
    "household", metadata, _id(),
    Column("household_key", BigInteger, nullable=False, unique=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("commune_code", String(10)), Column("commune_from", Date), Column("village", Text),
    Column("head", LargeBinary), Column("number", LargeBinary),
)  # fmt: skip

commune_return = Table(
    "commune_return", metadata, _id(), _ref("record_id", "record"),
    Column("commune_code", String(10), nullable=False), Column("commune_from", Date, nullable=False),
    Column("period", String(10), nullable=False), Column("item", String(60), nullable=False),
    Column("value", Numeric(18, 3)), Column("said", Text),
)  # fmt: skip


def _fact_column(column: FactColumn) -> Column[Any]:
    return Column(column.name, LargeBinary if column.protection != OPEN else _KIND[column.kind])


def _extra(name: str) -> list[Any]:
    if name == "circumstance":
        return [
            Column("code_sealed", LargeBinary),
            CheckConstraint("(code is null) <> (code_sealed is null)", name="open_or_sealed"),
        ]
    if name == "residence":
        return [_ref("household_id", "household", null=True)]
    return []


FACT_TABLES: dict[str, Table] = {
    name: Table(name, metadata, _id(), _ref("record_id", "record"), *map(_fact_column, fact.columns), *_extra(name))
    for name, fact in FACTS.items()
}

admin_unit = Table(
    "admin_unit", metadata, Column("code", String(10), primary_key=True), Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date), Column("level", String(12), nullable=False), Column("kind", Text),
    Column("parent_code", String(10)), Column("parent_from", Date), Column("name", Text, nullable=False),
    Column("source", Text, nullable=False), _ref("batch_id", "batch", index=False),
)  # fmt: skip
admin_unit_successor = Table(
    "admin_unit_successor", metadata, _id(), Column("code", String(10), nullable=False),
    Column("valid_from", Date, nullable=False), Column("successor_code", String(10), nullable=False),
    Column("successor_from", Date, nullable=False), Column("share", String(10), nullable=False),
    Column("source", Text, nullable=False), _ref("batch_id", "batch", index=False),
)  # fmt: skip
unit_trait = Table(
    "unit_trait", metadata, _id(), Column("code", String(10), nullable=False), Column("unit_from", Date, nullable=False),
    Column("trait", String(30), nullable=False), Column("valid_from", Date, nullable=False), Column("valid_to", Date),
    Column("source", Text, nullable=False), _ref("batch_id", "batch", index=False),
)  # fmt: skip
vaccine_rollout = Table(
    "vaccine_rollout", metadata, _id(), Column("vaccine", String(12), nullable=False),
    Column("province", String(10), nullable=False), Column("given_from", Date, nullable=False),
    Column("source", Text, nullable=False), _ref("batch_id", "batch", index=False),
)  # fmt: skip

indicator_run = Table(
    "indicator_run", metadata, _id(), Column("made_at", DateTime, nullable=False), Column("actor", Text, nullable=False),
    _ref("batch_id", "batch"), Column("as_of", Date, nullable=False), Column("geography", Date, nullable=False),
    Column("period_start", Date),  # empty: twelve months
    Column("snapshot", String(64), nullable=False), Column("code_version", String(20), nullable=False),
)  # fmt: skip
indicator_value = Table(
    "indicator_value", metadata, _id(), _ref("run_id", "indicator_run"),
    Column("indicator", String(80), nullable=False), Column("version", String(64), nullable=False),
    Column("unit", String(24), nullable=False), Column("group_name", String(40), nullable=False),
    Column("group_value", String(80), nullable=False), Column("numerator", Numeric(18, 3)),
    Column("denominator", Numeric(18, 3)), Column("unknown", Integer), Column("value", Numeric(18, 4)),
    Column("low", Numeric(18, 4)), Column("high", Numeric(18, 4)),
)  # fmt: skip
release = Table(
    "release", metadata, _id(), _ref("run_id", "indicator_run"), Column("made_at", DateTime, nullable=False),
    Column("audience", Text, nullable=False), Column("content", JSON, nullable=False),
)  # fmt: skip
export_run = Table(
    "export_run", metadata, _id(), Column("made_at", DateTime, nullable=False), Column("actor", Text, nullable=False),
    _ref("batch_id", "batch"), Column("destination", String(60)), Column("period", String(10)),
    Column("version", SmallInteger, nullable=False), Column("as_of", Date, nullable=False),
    Column("manifest_sha256", String(64), nullable=False), Column("counts", JSON, nullable=False),
)  # fmt: skip
delivery = Table(
    "delivery", metadata, _id(), _ref("export_run_id", "export_run"), Column("tried_at", DateTime, nullable=False),
    Column("carrier", String(20), nullable=False), Column("outcome", String(20), nullable=False), Column("said", Text),
)  # fmt: skip
receipt = Table(
    "receipt", metadata, _id(), _ref("delivery_id", "delivery"), Column("received_at", DateTime, nullable=False),
    Column("verdict", String(20), nullable=False), Column("content", LargeBinary),
)  # fmt: skip
app_user = Table(
    "app_user", metadata, _id(), Column("login", String(60), nullable=False, unique=True),
    Column("shown_name", LargeBinary), Column("secret", LargeBinary), Column("active", Boolean, nullable=False),
)  # fmt: skip
role = Table(
    "role", metadata, _id(), _ref("user_id", "app_user"), Column("name", String(30), nullable=False),
    Column("commune_code", String(10)), Column("commune_from", Date), UniqueConstraint("user_id", "name", "commune_code"),
)  # fmt: skip
access_event = Table(
    "access_event", metadata, _id(), Column("seen_at", DateTime, nullable=False), Column("actor", Text, nullable=False),
    Column("purpose", LargeBinary, nullable=False), Column("what", String(60), nullable=False),
    Column("rows", Integer, nullable=False),
)  # fmt: skip
incident = Table(
    "incident", metadata, _id(), Column("detected_at", DateTime, nullable=False), Column("told_by", DateTime, nullable=False),
    Column("closed_at", DateTime), Column("content", LargeBinary, nullable=False),
)  # fmt: skip
request = Table(
    "request", metadata, _id(), Column("kind", String(20), nullable=False), Column("received_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False), Column("answered_at", DateTime), Column("content", LargeBinary, nullable=False),
)  # fmt: skip
heading_answer = Table(
    "heading_answer", metadata, _id(), Column("commune_code", String(10), nullable=False),
    Column("commune_from", Date, nullable=False), Column("template", String(60), nullable=False),
    Column("heading", Text, nullable=False), Column("field", String(80), nullable=False),
    Column("answered_at", DateTime, nullable=False), Column("actor", Text, nullable=False),
    UniqueConstraint("commune_code", "commune_from", "template", "heading"),
)  # fmt: skip
audit_event = Table(
    "audit_event", metadata, _id(), Column("at", String(32), nullable=False), Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False), Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False), Column("hash", String(64), nullable=False, unique=True),
)  # fmt: skip

Index("ix_source_row_assertion", source_row.c.record_id, source_row.c.status)

# bytes that are keyed hashes, or that the store wraps by itself (setting)
_HASHES = {(identity, "lookup"), (household, "lookup"), (batch, "file_lookup"), (record, "content")}

ENCRYPTED: tuple[tuple[str, str], ...] = tuple(
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary) and (table, column.name) not in _HASHES and table is not setting
)
