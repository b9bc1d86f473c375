"""Any list outside the store: which of its rows are one child, and which pairs a person must answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from childdb.matching.cluster import Clusters, Contradiction, Pair
from childdb.matching.company import LEVELS, company
from childdb.matching.comparisons import comparisons
from childdb.matching.decide import costs, probability
from childdb.matching.explain import in_words, reasons
from childdb.matching.linkage import scored_pairs
from childdb.matching.model import Model, shipped
from childdb.matching.numbers import slip
from childdb.matching.prepare import Comparable, comparable
from schemas.errors import CheckFailed

COLUMNS = (
    "record_id", "list_id", "list_date", "full_name", "birth_date", "birth_precision", "sex", "ethnicity",
    "personal_id", "mother_name", "father_name", "household_head", "village", "commune",
)  # fmt: skip
SAME, DIFFERENT, RELATED = "same", "different", "related"
_AGAINST = -4.0  # bits from which a pair speaks against every chain that would join it
# levels that may be two children in one household or one commune: never merged without a person or a number
_LOOKS_LIKE_TWO = {
    "kin": ("twins", "near_twins", "cousins", "namesakes", "namesakes_mother", "siblings"),
    "name": ("near_name", "other_name_by_marks"),
    "sex": ("differ",),
}


@dataclass(frozen=True)
class Doubt:
    """A pair left for a person: places of the two rows, the probability that they are one child, why in words."""

    left: int
    right: int
    score: float
    why: str


@dataclass(frozen=True)
class Matched:
    """`cluster` gives each row the place of the first row of its child."""

    cluster: list[int]
    doubts: list[Doubt]


@dataclass(frozen=True)
class Scored:
    """The pairs that met: places, levels by comparison, company level, weight in bits."""

    left: np.ndarray
    right: np.ndarray
    gammas: Mapping[str, np.ndarray]
    company: np.ndarray
    bits: np.ndarray


def match_list(
    rows: Sequence[Mapping[str, str]], answers: Mapping[Pair, str] | None = None, lang: str = "vi"
) -> Matched:
    """Cluster ROWS (cells as text by COLUMNS). ANSWERS: same, different or related by pair of places; they outrank
    every score, also through chains; answers that contradict one another are an error."""
    model, prepared = shipped(), comparable(rows)
    scored = score(prepared, model)
    clusters = _decided(len(prepared), answers or {})
    clusters.speak_against(_contrary(clusters, scored))
    doubtful = _merge(clusters, scored, prepared)
    doubts = _ask(clusters, scored, doubtful, model, lang, (len(prepared), answers or {}))
    first: dict[int, int] = {}
    cluster = [first.setdefault(clusters.find(row), row) for row in range(len(prepared))]
    return Matched(cluster, doubts)


def score(prepared: Sequence[Comparable], model: Model) -> Scored:
    """Splink's weight of every pair that meets, and what the other rows add to it."""
    pairs = scored_pairs(prepared, model.weights, model.prior)
    levels = company(prepared, pairs["left"], pairs["right"], pairs["weight"])
    added = np.array([model.company[name] for name in LEVELS]) + model.company_prior
    bits = model.slope * pairs["weight"] + added[levels]
    gammas = {entry.id: pairs[entry.id] for entry in comparisons()}
    return Scored(pairs["left"], pairs["right"], gammas, levels, bits)


def _decided(count: int, answers: Mapping[Pair, str]) -> Clusters:
    clusters = Clusters(count)
    try:
        for pair, answer in answers.items():
            if answer == SAME:
                clusters.join(*pair)
        clusters.part(pair for pair, answer in answers.items() if answer != SAME)
    except Contradiction:
        raise CheckFailed(
            "Các câu trả lời trái nhau: một cặp ghi là khác nhưng các cặp ghi là giống lại nối chúng thành một trẻ.",
            "The answers contradict one another: a pair said to be different is joined by pairs said to be the same.",
        ) from None
    return clusters


def _contrary(clusters: Clusters, scored: Scored) -> list[Pair]:
    """Groups (rows, or rows that answers joined) that no pair speaks for and some pair clearly speaks against."""
    best: dict[Pair, float] = {}
    for left, right, bits in zip(scored.left.tolist(), scored.right.tolist(), scored.bits.tolist(), strict=True):
        one, other = sorted((clusters.find(left), clusters.find(right)))
        if one != other:
            best[one, other] = max(bits, best.get((one, other), bits))
    return [pair for pair, bits in best.items() if bits <= _AGAINST]


def _merge(clusters: Clusters, scored: Scored, prepared: Sequence[Comparable]) -> list[int]:
    """Join what is sure, surest first; the places of the pairs that are likely and yet not sure are given back."""
    threshold, floor = costs().merge_from, costs().ask_from
    numbers: dict[int, set[str]] = {row: {entry.pid} for row, entry in enumerate(prepared) if entry.pid}  # by root
    doubtful = []
    likely = [int(place) for place in np.flatnonzero(scored.bits > -8)]
    for place in sorted(likely, key=lambda p: (-scored.bits[p], p)):
        chance = probability(float(scored.bits[place]))
        if chance < floor:
            break
        left, right = int(scored.left[place]), int(scored.right[place])
        one, other = clusters.find(left), clusters.find(right)
        if one == other:
            continue
        sure = chance >= threshold and not _looks_like_two(scored, place)
        if not sure or not _may_join(clusters, numbers, one, other):
            doubtful.append(place)
            continue
        clusters.join(one, other)
        numbers[clusters.find(one)] = numbers.get(one, set()) | numbers.get(other, set())
    return doubtful


def _looks_like_two(scored: Scored, place: int) -> frozenset[str]:
    """The comparisons by which a pair without an equal number may be two children."""
    if _level(scored, "number", place) == "equal":
        return frozenset()
    return frozenset(name for name, two in _LOOKS_LIKE_TWO.items() if _level(scored, name, place) in two)


def _level(scored: Scored, name: str, place: int) -> str | None:
    entry = next(entry for entry in comparisons() if entry.id == name)
    level = entry.level(int(scored.gammas[name][place]))
    return level.id if level else None


def _may_join(clusters: Clusters, numbers: Mapping[int, set[str]], one: int, other: int) -> bool:
    """Not against a decision, nor a score, nor two numbers that are no slip of one another."""
    if clusters.parted(one, other) or clusters.spoken_against(one, other):
        return False
    first, second = numbers.get(one, set()), numbers.get(other, set())
    return not first or not second or any(a == b or slip(a, b) for a in first for b in second)


def _ask(
    clusters: Clusters, scored: Scored, doubtful: Sequence[int], model: Model, lang: str,
    asked: tuple[int, Mapping[Pair, str]],
) -> list[Doubt]:  # fmt: skip
    """The pairs worth a question, most costly first, one for each pair of clusters, as many as a person has time for."""
    records, answers = asked
    seen: set[frozenset[int]] = set()
    sent = {row for pair in answers for row in pair}
    room = costs().records_to_ask(records)
    doubts = []
    for place in doubtful:  # by falling probability, and with it by what leaving them apart is expected to cost
        left, right = int(scored.left[place]), int(scored.right[place])
        roots = frozenset((clusters.find(left), clusters.find(right)))
        if len(roots) < 2 or roots in seen or clusters.parted(left, right):
            continue
        if len(sent | {left, right}) > room:
            continue
        seen.add(roots)
        sent |= {left, right}
        gammas = {name: int(levels[place]) for name, levels in scored.gammas.items()}
        found = reasons(model, gammas, LEVELS[int(scored.company[place])])
        why = in_words(found, lang, _looks_like_two(scored, place))
        doubts.append(Doubt(left, right, probability(float(scored.bits[place])), why))
    return doubts
