"""Entries in order whatever their number, and the changes that two states of a receiver make up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from childdb.exchange.changes import Base, Change, applied, compared, state_of
from childdb.exchange.ordering import Ordered
from schemas.errors import CheckFailed


@given(st.lists(st.binary(min_size=3, max_size=3), max_size=60), st.integers(1, 9))
def test_entries_come_in_order_as_often_as_they_are_asked_for(entries, block):
    order = Ordered(3, block)
    for entry in entries:
        order.add(entry)
    assert list(order) == sorted(entries)
    assert list(zip(order, order, strict=True)) == [(e, e) for e in sorted(entries)]  # two at once


NAMES = st.dictionaries(st.integers(1, 10**19 - 1).map(str), st.sampled_from("AB"), max_size=6)


def rows(names):
    return [{"child_key": key, "full_name": name} for key, name in names.items()]


@given(NAMES, NAMES)
def test_changes_lead_from_one_state_to_the_other(before, after):
    both = dict(list(before.items())[:3]) | after
    base = Base("m", state_of(rows(before)), lambda key: ("merged", "7") if int(key) % 2 else ("left", None))
    changes = list(compared(base, state_of(rows(both))))
    sent = [r for r in rows(both) if any(c.child_key == r["child_key"] for c in changes)]
    made = list(applied(rows(before), sent, changes))
    assert state_of(made).digest() == state_of(rows(both)).digest()
    assert sorted(changes, key=lambda c: int(c.child_key)) == changes
    assert {c.child_key for c in changes if c.change in ("left", "merged")} == set(before) - set(both)


@pytest.mark.parametrize(
    ("sent", "change"),
    [
        ({"1": "B"}, Change("1", "added")),  # it was there
        ({}, Change("1", "changed")),  # its record did not come
        ({"3": "B"}, Change("3", "changed")),  # it was not there
        ({}, Change("3", "left")),
        ({"1": "B", "2": "B"}, Change("1", "changed")),  # a record that no change names
    ],
)
def test_changes_that_do_not_fit_are_refused(sent, change):
    with pytest.raises(CheckFailed, match="không khớp"):
        list(applied(rows({"1": "A", "2": "A"}), rows(sent), [change]))


def test_two_records_of_one_child_are_no_state():
    with pytest.raises(CheckFailed, match="hai bản ghi"):
        state_of([{"child_key": "1", "full_name": "A"}, {"child_key": "1", "full_name": "B"}]).digest()
