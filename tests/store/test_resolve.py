"""The resolved view equals a naive recomputation from the remaining imports alone, at every batch, lineage included."""

import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from childdb.store import Store
from childdb.store.lineage import TABLES, facts_of
from childdb.store.resolve import resolved
from childdb.store.resolve_fields import NAMED_FIELDS, OPEN_FIELDS
from schemas.facts import FACTS
from tests.store import naive
from tests.store.histories import Past, histories

EVER = date(9999, 12, 31)
QUERIES = {
    "listing": "select distinct child, list_kind, list_date, period, unit from assertion where not is_correction",
    "residence": "select child, unit, village, household, residence_kind, valid_from, valid_to from residence_spell",
    "household_status": "select child, household, status, year, valid_from, valid_to from household_status_spell",
    "parent_status": "select child, parent, status, valid_from, valid_to from parent_status_spell",
    "care_arrangement": "select child, form, valid_from, valid_to from care_arrangement_spell",
    "circumstance": "from circumstance_spell",
    "work_spell": "from work_spell_spell",
    "support": "from support_spell",
}


def visible(store, at):
    """What the store shows as known at AT, in the words of naive.py."""
    groups, households = {}, _Homes()
    names = {row.identity: row.fields["full_name"] for row in store.people()}
    for identity, child in store.children(at).items():
        groups.setdefault(child, set()).add(names[identity])
    child_of = {child: frozenset(found) for child, found in groups.items()}
    view = {}
    with resolved(store, as_known=at, named=True) as known:
        profile = known.con.execute("from profile").df().astype(object)
        profile = profile.where(profile.notna(), None).to_dict("records")
        view["child_profile"] = {(child_of[p["child"]], _profile(p, store.cipher)) for p in profile}
        tables = dict(QUERIES)
        for name, table in FACTS.items():
            if table.scope == "events" and name != "protection_case":
                columns = [*table.key, *(c.name for c in table.columns if c.name not in table.key), "listed_on"]
                tables[name] = f"select child, {', '.join(columns)} from {name}_event"
        said = lineage(known, store, child_of)
        for name, query in tables.items():
            rows = known.con.execute(query).fetchall()
            if name in ("residence", "household_status"):
                place = 3 if name == "residence" else 1
                rows = [(*r[:place], households.label(r[place]), *r[place + 1 :]) for r in rows]
            spell = name in QUERIES and name != "listing"
            rows = [(*r[:-1], r[-1] or EVER) if spell else r for r in rows]
            view[name] = {(child_of[r[0]], *r[1:]) for r in rows}
            assert len(view[name]) == len(rows), f"a row of {name} stands twice"
    return view, said


class _Homes:
    """Random household keys as numbers in the order met: two views have the same households if these agree."""

    def __init__(self):
        self.met = {}

    def label(self, key):
        return None if key is None else ("home", key)


def _profile(row, cipher):
    found = {}
    for name in (*OPEN_FIELDS, *NAMED_FIELDS):
        value = row[name]
        if value is None:
            continue
        if name in NAMED_FIELDS:
            value = cipher.decrypt(bytes.fromhex(value), f"child_profile.{name}")
        elif name == "birth_date":
            value = (value.date() if hasattr(value, "date") else value, row["birth_precision"])
        found[name] = int(value) if isinstance(value, float) else value
    return tuple(sorted(found.items()))


def same_but_for_household_keys(ours, theirs):
    """One renaming of households makes the two sets equal."""
    renamed = {}
    for name, place in (("residence", 3), ("household_status", 1)):
        left = {(r[:place] + r[place + 1 :]): r[place] for r in ours[name]}
        right = {(r[:place] + r[place + 1 :]): r[place] for r in theirs[name]}
        assert left.keys() == right.keys(), name
        for key, home in left.items():
            assert renamed.setdefault(home, right[key]) == right[key], name
    assert len(set(renamed.values())) == len(renamed)


def lineage(known, store, child_of):
    """(child, table, key) -> the rows (batch, row) that say it, in the words of naive.py."""
    found = {}
    for fact in facts_of(known, store, child_of):
        rows = frozenset((ref.batch, ref.row) for ref in fact.rows)
        values = tuple(v for _, v in fact.key)
        found[(child_of[fact.child], fact.table, *values)] = rows
    return found


def compare(past, at):
    ours, said = visible(past.store, at)
    theirs = naive.resolve(past.history, at)
    for table in ours:
        if table not in ("residence", "household_status"):
            assert ours[table] == theirs[table], table
    same_but_for_household_keys(ours, theirs)
    hidden = {("child", name) for name in NAMED_FIELDS}
    ours_said = {
        k: v for k, v in said.items()
        if k[1] not in ("listing", "household_status") and k[1:3] not in hidden
    }  # fmt: skip
    theirs_said = {k: v for k, v in theirs["lineage"].items() if k[1:3] not in hidden and v}
    assert ours_said == theirs_said


def lived(store, steps):
    past = Past(store)
    for step in steps:
        past.do(step)
    return past


def on_sqlite(blank, tmp_path_factory):
    words, key = blank("sqlite")
    copy = tmp_path_factory.getbasetemp() / "history.db"
    for rest in tmp_path_factory.getbasetemp().glob("history.db*"):
        rest.unlink()
    shutil.copy(words, copy)
    return Store.open(str(copy), key)


SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=12, **SLOW)
@given(steps=histories())
def test_what_is_visible_is_what_the_remaining_imports_say(blank, tmp_path_factory, steps):
    past = lived(on_sqlite(blank, tmp_path_factory), steps)
    compare(past, past.store.last_batch())
    compare(past, 1 + past.store.last_batch() // 2)  # what was known in between has not changed since
    past.store.close()


@settings(max_examples=3, phases=[Phase.generate], **SLOW)
@given(steps=histories())
def test_what_is_visible_on_postgresql_is_what_the_remaining_imports_say(on_postgresql, steps):
    past = lived(on_postgresql(), steps)
    compare(past, past.store.last_batch())
    compare(past, 1 + past.store.last_batch() // 2)


@pytest.mark.soak
@settings(max_examples=1500, **SLOW)
@given(steps=histories())
def test_what_is_visible_is_what_the_remaining_imports_say_at_every_batch(blank, tmp_path_factory, steps):
    past = lived(on_sqlite(blank, tmp_path_factory), steps)
    for at in range(1, past.store.last_batch() + 1):
        compare(past, at)
    past.store.close()


def test_every_table_by_child_has_a_lineage():
    assert set(TABLES) >= {name for name in FACTS if name not in ("child_profile", "protection_case")}
