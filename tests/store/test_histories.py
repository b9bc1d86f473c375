"""Random histories of imports and undos: rows are told new, changed or unchanged as a naive reader would tell them.

Unchanged is a row that its kind of list said last in the same words, or that says nothing which is not known already.
"""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from childdb.store import Placement, Store
from childdb.store.batches import live_batches
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

POVERTY = (None, "poor", "none")
ROW = st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans())  # which child, what is said, held or not
IMPORT = st.tuples(st.just("import"), st.integers(0, 3), st.sampled_from(["register", "school"]),
                   st.lists(ROW, max_size=4))  # fmt: skip
STEP = st.one_of(IMPORT, st.tuples(st.just("undo"), st.integers(0, 9)))


class Naive:
    """What was said, kept as plain tuples and read anew each time."""

    def __init__(self):
        self.undoes = {1: None}
        self.said = []  # (list date, batch, place, kind, child, what)

    def statuses(self, batch, listed, kind, rows):
        live = live_batches(self.undoes.items())
        told = []
        for place, (child, what, held) in enumerate(rows):
            if held:
                told.append("held_back")
                continue
            known = [s for s in self.said if s[4] == child and (s[1] in live or s[1] == batch)]
            latest = max((s for s in known if s[3] == kind), default=None)
            stated = max((s for s in known if s[5]), default=None)  # of any kind of list; 0 is a blank
            before = [s for s in self.said if s[5] and s[1] in live]  # all are of one household, and poor together
            home = max(before, default=None) if any(s[1] in live for s in known) else None
            same = not what or any(s and s[5] == what for s in (latest, stated, home))
            told.append("new" if not known else "unchanged" if same else "changed")
            self.said.append((listed, batch, place, kind, child, what))
        self.undoes[batch] = None
        return told


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=2, max_size=8))
def test_rows_are_told_apart_as_a_naive_reader_of_the_live_batches_tells_them(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("history")
    store, naive = Store.init(str(folder / "s.db"), folder / "k", now=NOW), Naive()
    past = {}
    for step, *words in steps:
        if step == "undo":
            live = sorted(live_batches(naive.undoes.items()) - {1})
            if not live:
                continue
            target = live[words[0] % len(live)]
            naive.undoes[store.undo(target, actor="a", now=NOW).undone_by] = target
        else:
            day, kind, rows = words
            listed = date(2024, 1, 1) + timedelta(days=day)
            made = sheet([record(f"Trẻ {c}", poor=POVERTY[w]) for c, w, _ in rows], kind=kind, listed=listed)
            places = {
                ("Trang 1", n): Placement("ask" if held else "known") for n, (_, _, held) in enumerate(rows, start=1)
            }
            report = store.write_import(file(made, name=str(len(past))), places, actor="a", now=NOW)
            told = [report.statuses["Trang 1", n] for n in range(1, len(rows) + 1)]
            assert told == naive.statuses(report.batch, listed, kind, rows)
            assert report.accounting["Trang 1"].holds()
        live = live_batches(naive.undoes.items())
        assert store.live() == live
        assert {p.identity: p.child for p in store.people()} == store.children()
        past[store.last_batch()] = traced(store, None)
        for batch, view in past.items():  # no earlier view ever changes
            assert traced(store, batch) == view
    assert store.audit_verify().whole
    store.close()


def traced(store, batch):
    """Every assertion of every child that had one, as known at BATCH."""
    found = {}
    for child in set(store.children(batch).values()):
        rows = store.trace_child(child, as_known=batch)
        if rows:
            found[child] = [(r.batch, r.row, r.record) for r in rows]
    return found
