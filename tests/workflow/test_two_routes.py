"""Whole packages and packages of changes give the receiver the same state, over random histories.

A history imports lists, takes imports back (and takes that back), links children, unlinks them, and sends. The receiver of
changes applies each to what it has; after every sending its state is that of a receiver who got the whole.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from childdb.exchange import package
from childdb.exchange.changes import applied, compared, state_of
from childdb.workflow import sending
from schemas.errors import ChildDBError
from tests.store.people import record
from tests.workflow.office import DAY, NOW, copy

NAMES = ("Lò Thị Hoa", "Quàng Văn Nam", "Cà Thị Mai", "Vàng A Sử")
ROWS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("03", "29")), st.booleans(), st.sampled_from(((), ("BCG", 1, DAY)))),
    min_size=1, max_size=3, unique_by=lambda r: r[0],
)  # fmt: skip
STEP = st.one_of(
    st.tuples(st.just("bring"), ROWS), st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("same"), st.tuples(st.integers(0, 9), st.integers(0, 9))), st.tuples(st.just("apart"), st.integers(0, 9)),
    st.tuples(st.just("send"), st.booleans()),
)  # fmt: skip


def do(office, kind, what, step):
    """One step of a history; what the store refuses, it refuses."""
    store = office.store
    if kind == "bring":
        rows = [record(name, ethnicity=folk, mother="Mẹ Một" if told else None, doses=[dose] if dose else ())
                for name, folk, told, dose in what]  # fmt: skip
        office.bring(*rows, name=f"step {step}", listed=DAY - timedelta(days=20 - step))
    elif kind == "undo":
        live = sorted(b.number for b in store.batches() if b.live and b.kind in ("import", "undo"))
        store.undo(live[what % len(live)], actor="thử", now=NOW)
    elif kind == "same":
        identities = sorted(store.children())
        one, other = (identities[n % len(identities)] for n in what)
        store.decide("same", one, other, actor="thử", now=NOW)
    elif kind == "apart":
        standing = [d for d in store.decisions() if d.verdict == "same"]
        if standing:
            store.decide("closed", None, None, closes=standing[what % len(standing)].number, actor="thử", now=NOW)


def going(office, batch):
    return list(package.going(sending.plain_records(office.store, DAY, batch)))


class Receiver:
    """One who applies what is sent, and knows from which batch it was made."""

    def __init__(self):
        self.state, self.batch, self.seen = {}, None, []

    def take(self, office):
        batch = office.store.last_batch()
        now = going(office, batch)
        if self.batch is None:
            self.state = {r["child_key"]: r for r in now}
        else:
            before = going(office, self.batch)
            assert (
                state_of(before).digest() == state_of(self.state.values()).digest()
            )  # the past as known then does not move
            base = sending.Base("m", state_of(before), sending._Fates(office.store, self.batch))
            changes = list(compared(base, state_of(now)))
            moved = {c.child_key for c in changes}
            sent = [r for r in now if r["child_key"] in moved]
            self.state = {r["child_key"]: r for r in applied(self.state.values(), sent, changes)}
            self.seen.append(sorted(c.change for c in changes))
            for change in changes:
                if change.change == "merged":
                    assert change.into in set(map(str, office.store.children().values()))
        self.batch = batch
        assert state_of(self.state.values()).digest() == state_of(now).digest()
        assert {k: dict(r) for k, r in self.state.items()} == {r["child_key"]: dict(r) for r in now}


def play(office, steps):
    receiver = Receiver()
    for number, (kind, what) in enumerate([*steps, ("send", True)]):
        if kind == "send":
            receiver.take(office)
            continue
        try:
            do(office, kind, what, number)
        except ChildDBError:
            continue  # two rows that cannot be one child, an undo of what may not be undone
    return receiver.seen


def histories(blank_office, tmp_path_factory, examples):
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=st.lists(STEP, min_size=3, max_size=7))
    def run(steps):
        office = copy(blank_office, tmp_path_factory.mktemp("history") / "o")
        try:
            play(office, steps)
        finally:
            office.close()

    run()


def test_changes_and_whole_give_the_receiver_the_same_state(blank_office, tmp_path_factory):
    histories(blank_office, tmp_path_factory, 4)


@pytest.mark.soak
def test_many_more_histories(blank_office, tmp_path_factory):
    histories(blank_office, tmp_path_factory, 300)


def test_merge_unmerge_undo_and_undo_of_undo_are_told_by_their_names(blank_office, tmp_path):
    office = copy(blank_office, tmp_path / "o")
    new = ("bring", [("Vàng A Sử", "29", True, ())])
    identities = sorted(office.store.children())
    seen = play(office, [("send", 1), new, ("send", 1), ("same", (0, 1)), ("send", 1), ("apart", 0), ("send", 1)])
    assert len(identities) == 3
    assert seen[0] == ["added"]
    assert "merged" in seen[1]
    assert "added" in seen[2]
    batch = next(b.number for b in reversed(office.store.batches()) if b.kind == "import")
    receiver = Receiver()
    receiver.take(office)
    again = office.store.undo(batch, actor="thử", now=NOW)
    receiver.take(office)
    office.store.undo(again.undone_by, actor="thử", now=NOW)
    receiver.take(office)
    assert receiver.seen == [["withdrawn"], ["added"]]
    office.close()
