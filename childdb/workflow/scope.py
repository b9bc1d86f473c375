"""What of batches and files is of some communes alone: for people who see no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from childdb.store import BatchRow, Store
from childdb.store.standing import BatchAbout, batches_about
from schemas.errors import NotAllowed, NotFound
from schemas.records import FileReading


def batches_of(store: Store, communes: Collection[str] | None) -> list[BatchAbout]:
    """The batches that speak of COMMUNES (keys of units) and of no other place; all, where None is given; oldest first."""
    batches = batches_about(store)
    if communes is None:
        return batches
    here, seen = frozenset(communes), set[int]()
    for batch in batches:
        if (batch.communes and batch.communes <= here) or (batch.undoes is not None and batch.undoes in seen):
            seen.add(batch.number)
    return [batch for batch in batches if batch.number in seen]


def batches_page(
    store: Store, communes: Collection[str] | None, *, first: int, most: int
) -> tuple[list[BatchRow], int]:  # fmt: skip
    """MOST of those batches from the FIRSTth on, the newest first, without reference data; and how many there are."""
    numbers = [batch.number for batch in reversed(batches_of(store, communes)) if batch.kind != "reference"]
    return list(reversed(store.batches(numbers[first : first + most]))), len(numbers)


def require_batch_of(store: Store, number: int, communes: Collection[str] | None) -> None:
    """Refuses a batch that speaks of another place as if it were not there."""
    if number not in {batch.number for batch in batches_of(store, communes)}:
        raise NotFound(f"Không có lô {number}.", f"There is no batch {number}.")


def require_files_of(readings: Iterable[FileReading], communes: Collection[str] | None) -> None:
    """Refuses a file with a list of another commune, or of none that is known."""
    for reading in readings if communes is not None else ():
        for sheet in reading.sheets:
            if sheet.status == "read" and f"{sheet.commune_code}@{sheet.commune_from}" not in (communes or ()):
                raise NotAllowed(f"{reading.name}: trang “{sheet.name}” không phải của xã bạn phụ trách.",
                                 f"{reading.name}: the sheet {sheet.name!r} is not of your commune.")  # fmt: skip
