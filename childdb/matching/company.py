"""What the other rows say of a pair: who else fits, and whether they fit both. Twins and siblings betray themselves so.

If a third row is surely one side and stands on the other side's own list as another child, the pair is two children;
if it is surely both, they are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from childdb.matching.prepare import column

# levels, the most telling first
COMPANY: dict[str, tuple[str, str]] = {
    "two_on_a_list": (
        "Một dòng chắc chắn là trẻ này đứng cùng danh sách với dòng kia, như một trẻ khác",
        "A row that is surely the one stands on the other's list, as another child",
    ),
    "contradicted": (
        "Một dòng chắc chắn là trẻ này lại trái với dòng kia",
        "A row that is surely the one contradicts the other",
    ),
    "supported": ("Một dòng thứ ba khớp với cả hai", "A third row fits both"),
    "rivalled": ("Có dòng khác khớp không kém", "Another row fits as well"),
    "unrivalled": ("Không có dòng nào khác khớp bằng", "No other row fits as well"),
}
LEVELS = tuple(COMPANY)
_SURE, _FITS, _AGAINST, READ_FROM = 8.0, 4.0, -3.0, -6.0  # bits


def company(rows: pa.Table, left: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """For each pair the place of its level in LEVELS; pairs far below any doubt are `unrivalled`."""
    lists = column(rows, "lst").to_pylist()
    fits: dict[int, dict[int, float]] = defaultdict(dict)
    read = np.flatnonzero(weight > READ_FROM)
    pairs = list(zip(read.tolist(), left[read].tolist(), right[read].tolist(), weight[read].tolist(), strict=True))
    for _, one, other, bits in pairs:
        fits[one][other] = fits[other][one] = bits
    levels = np.full(len(left), LEVELS.index("unrivalled"), dtype=np.int64)
    for place, one, other, bits in pairs:
        levels[place] = min(_side(lists, fits, a, b, bits) for a, b in ((one, other), (other, one)))
    return levels


def _side(
    lists: Sequence[str | None], fits: Mapping[int, Mapping[int, float]], one: int, other: int, bits: float
) -> int:
    """The most telling level that the partners of ONE give about OTHER."""
    best = LEVELS.index("unrivalled")
    for third, theirs in fits[one].items():
        if third == other:
            continue
        across = fits[other].get(third, READ_FROM)
        if theirs >= _SURE and across < _FITS and lists[third] and lists[third] == lists[other]:
            return LEVELS.index("two_on_a_list")
        if theirs >= _SURE and across <= _AGAINST:
            best = min(best, LEVELS.index("contradicted"))
        elif theirs >= _FITS and across >= _FITS:
            best = min(best, LEVELS.index("supported"))
        elif theirs >= bits - 2 and theirs > 0 and across < theirs - 4:
            best = min(best, LEVELS.index("rivalled"))
    return best
