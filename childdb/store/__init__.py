"""The child store: assertions in batches, identities and decisions, encrypted where a person could be told."""

from childdb.store.held import HeldRow
from childdb.store.imports import ImportReport, Placement
from childdb.store.store import BatchRow, PersonRow, Store
from childdb.store.undo import UndoReport
from childdb.store.verdicts import DecisionRow, Verdict

__all__ = [
    "BatchRow",
    "DecisionRow",
    "HeldRow",
    "ImportReport",
    "PersonRow",
    "Placement",
    "Store",
    "UndoReport",
    "Verdict",
]
