"""Any list outside the store: which of its rows are one child, and which pairs a person must answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pyarrow as pa

from childdb.matching.cluster import Clusters, Contradiction, Pair
from childdb.matching.company import LEVELS, READ_FROM, company
from childdb.matching.comparisons import ladders
from childdb.matching.decide import costs, probability
from childdb.matching.explain import Reason, in_words, reasons
from childdb.matching.linkage import Scoring, joined, scored_pairs
from childdb.matching.model import Model, shipped
from childdb.matching.numbers import slip
from childdb.matching.prepare import column, comparable
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
    "name": ("near_name", "other_name_by_marks", "other_middle", "nickname"),
    "sex": ("differ",),
}
# what the other rows say: a row that is surely the one stands beside the other as another child, or contradicts it
_WITNESSED_TWO = frozenset(LEVELS.index(name) for name in ("two_on_a_list", "contradicted"))
_UNCONFIRMED = ("nobody", "head_alone")


# two children of one family whom a list may mistake for one: twins, and siblings or cousins of one name and village
_TWINS, _FAMILY = ("twins", "near_twins"), ("siblings", "siblings_year", "cousins")
_ONE_VILLAGE = ("village", "village_slip")
_ONE_NAME = ("equal", "without_marks", "other_name_by_marks", "other_marks", "order")


@dataclass(frozen=True)
class Doubt:
    """A pair and what was said of it: places of the two rows, the probability that they are one child, why in words
    and by feature; `held` where a pattern of two children forbids a merge, whatever the score."""

    left: int
    right: int
    score: float
    why: str
    reasons: tuple[Reason, ...] = ()
    held: bool = False


@dataclass(frozen=True)
class Matched:
    """`cluster` gives each row the place of the first row of its child; `doubts` are the pairs left for a person,
    `joins` the pairs by which rows became one child, `kin` pairs that are surely two children of one family or name."""

    cluster: list[int]
    doubts: list[Doubt]
    joins: list[Doubt] = field(default_factory=list)
    kin: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True)
class Scored:
    """The pairs that met: places, levels by comparison, company level, weight in bits; and the places of those that are
    too far apart to be anything but contrary."""

    left: np.ndarray
    right: np.ndarray
    gammas: Mapping[str, np.ndarray]
    company: np.ndarray
    bits: np.ndarray
    far_left: np.ndarray
    far_right: np.ndarray


def match_list(
    rows: Sequence[Mapping[str, str]], answers: Mapping[Pair, str] | None = None, lang: str = "vi"
) -> Matched:
    """Cluster ROWS (cells as text by COLUMNS). ANSWERS: same, different or related by pair of places; they outrank
    every score, also through chains; answers that contradict one another are an error."""
    given = answers or {}
    return match_prepared(comparable(rows), given, lang, asked=frozenset(row for pair in given for row in pair))


def match_prepared(
    prepared: pa.Table, answers: Mapping[Pair, str], lang: str, *,
    asked: frozenset[int] = frozenset(), wanted: frozenset[int] | None = None,
) -> Matched:  # fmt: skip
    """The same over rows made comparable, numbered by their places.

    ASKED are rows of which a person was asked already; they count among those that may be sent to one. Where WANTED
    is given, only pairs with one of these rows are joined, asked about or told; the others bear witness.
    """
    model = shipped()
    scored = score(prepared, model, wanted)
    clusters = _decided(len(prepared), answers)
    clusters.speak_against(_contrary(clusters, scored))
    judged = scored if wanted is None else _touching(scored, wanted)
    joined, doubtful = _merge(clusters, judged, prepared)
    told = _Told(judged, model, lang)
    doubts = _ask(clusters, told, doubtful, len(prepared if wanted is None else wanted), asked)
    first: dict[int, int] = {}
    cluster = [first.setdefault(clusters.find(row), row) for row in range(len(prepared))]
    return Matched(cluster, doubts, [told.pair(place) for place in joined], _kin(clusters, told))


def explain(prepared: pa.Table, pairs: Sequence[Pair], lang: str) -> Doubt:
    """The likeliest of PAIRS (places of rows), scored and told whether or not they would ever meet."""
    model = shipped()
    found = scored_pairs(prepared, model.weights, model.prior, pairs)
    none = np.array([], np.int64)
    scored = _in_company(prepared, model, found, none, none)
    wanted = {(min(pair), max(pair)) for pair in pairs}
    places = [p for p in range(len(scored.left)) if (int(scored.left[p]), int(scored.right[p])) in wanted]
    return _Told(scored, model, lang).pair(max(places, key=lambda p: float(scored.bits[p])))


def score(prepared: pa.Table, model: Model, wanted: frozenset[int] | None = None) -> Scored:
    """Splink's weight of every pair that meets, and what the other rows add to it.

    Pairs too far apart to be joined, asked about or told are kept as places alone. Where WANTED is given, pairs of two
    other rows are looked at only where both may be the same wanted row: they bear witness for or against it.
    """
    if len(prepared) < 2:
        none = np.array([], np.int64)
        return _in_company(prepared, model, joined([]), none, none)
    most = max(model.company.values()) + model.company_prior
    floor = min(
        READ_FROM, (_AGAINST - most) / model.slope
    )  # at or below it no company makes a pair other than contrary
    near, far = [], []

    def sort_out(blocks: Iterable[dict[str, np.ndarray]]) -> None:
        for block in blocks:
            kept = (block["weight"] > floor) | _alike(block)
            near.append({name: column[kept] for name, column in block.items()})
            far.append((block["left"][~kept], block["right"][~kept]))

    with Scoring(prepared, model.weights, model.prior) as scoring:
        sort_out(scoring.met(wanted))
        if wanted is not None:
            sort_out(scoring.these(*_witnesses(joined(near), wanted), meeting=True))
    none = np.array([], np.int64)
    left, right = (np.concatenate([none, *(pair[side] for pair in far)]) for side in (0, 1))
    return _in_company(prepared, model, joined(near), left, right)


def _witnesses(pairs: Mapping[str, np.ndarray], wanted: frozenset[int]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that are not WANTED and may each be the same wanted row."""
    may_be: dict[int, list[int]] = defaultdict(list)
    fits = pairs["weight"] > READ_FROM
    for one, other in zip(pairs["left"][fits].tolist(), pairs["right"][fits].tolist(), strict=True):
        if (one in wanted) != (other in wanted):
            fresh, known = (one, other) if one in wanted else (other, one)
            may_be[fresh].append(known)
    found = sorted({pair for known in may_be.values() for pair in combinations(sorted(known), 2)})
    both = np.array(found, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _in_company(
    prepared: pa.Table, model: Model, pairs: Mapping[str, np.ndarray], left: np.ndarray, right: np.ndarray
) -> Scored:
    levels = company(prepared, pairs["left"], pairs["right"], pairs["weight"])
    added = np.array([model.company[name] for name in LEVELS]) + model.company_prior
    bits = model.slope * pairs["weight"] + added[levels]
    gammas = {entry.id: pairs[entry.id] for entry in ladders()}
    return Scored(pairs["left"], pairs["right"], gammas, levels, bits, left, right)


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
    """Groups (rows, or rows that answers joined) that no pair speaks for and some pair clearly speaks against, as far
    as chains of likely pairs could bring the two together."""
    least = np.log2(costs().ask_from / (1 - costs().ask_from))
    reach = Clusters(len(clusters))
    for row in range(len(clusters)):
        reach.join(row, clusters.find(row))
    likely = scored.bits >= least - 1e-9
    for left, right in zip(scored.left[likely].tolist(), scored.right[likely].tolist(), strict=True):
        reach.join(left, right)
    together = np.array([reach.find(row) for row in range(len(clusters))], np.int64)
    best: dict[Pair, float] = {}
    far = np.full(len(scored.far_left), _AGAINST)
    for lefts, rights, weights in (
        (scored.left, scored.right, scored.bits), (scored.far_left, scored.far_right, far),
    ):  # fmt: skip
        near = together[lefts] == together[rights]
        for left, right, bits in zip(lefts[near].tolist(), rights[near].tolist(), weights[near].tolist(), strict=True):
            one, other = sorted((clusters.find(left), clusters.find(right)))
            if one != other:
                best[one, other] = max(bits, best.get((one, other), bits))
    return [pair for pair, bits in best.items() if bits <= _AGAINST]


def _touching(scored: Scored, wanted: frozenset[int]) -> Scored:
    rows = np.fromiter(wanted, dtype=np.int64, count=len(wanted))
    kept = np.isin(scored.left, rows) | np.isin(scored.right, rows)
    gammas = {name: levels[kept] for name, levels in scored.gammas.items()}
    none = np.array([], np.int64)
    return Scored(scored.left[kept], scored.right[kept], gammas, scored.company[kept], scored.bits[kept], none, none)


def _merge(clusters: Clusters, scored: Scored, prepared: pa.Table) -> tuple[list[int], list[int]]:
    """Join what is sure, surest first; the places of the pairs that joined, and of those likely and yet not sure."""
    floor = costs().ask_from
    numbers: dict[int, set[str]] = defaultdict(set)  # by root
    for row, digits in enumerate(column(prepared, "pid").to_pylist()):
        if digits:
            numbers[clusters.find(row)].add(digits)
    joined, doubtful = [], []
    likely = [int(place) for place in np.flatnonzero(scored.bits > -8)]
    for place in sorted(likely, key=lambda p: (-scored.bits[p], p)):
        chance = probability(float(scored.bits[place]))
        if chance < floor:
            break
        left, right = int(scored.left[place]), int(scored.right[place])
        one, other = clusters.find(left), clusters.find(right)
        if one == other:
            continue
        sure = chance >= _sure_from(scored, place) and not _looks_like_two(scored, place)
        if not sure or not _may_join(clusters, numbers, one, other):
            doubtful.append(place)
            continue
        clusters.join(one, other)
        if together := numbers.get(one, set()) | numbers.get(other, set()):
            numbers[clusters.find(one)] = together
        joined.append(place)
    return joined, doubtful


def _looks_like_two(scored: Scored, place: int) -> frozenset[str]:
    """The comparisons by which a pair without an equal number may be two children."""
    if _level(scored, "number", place) == "equal":
        return frozenset()
    found = {name for name, two in _LOOKS_LIKE_TWO.items() if _level(scored, name, place) in two}
    return frozenset(found | {"company"} if int(scored.company[place]) in _WITNESSED_TWO else found)


def _sure_from(scored: Scored, place: int) -> float:
    """The probability from which a pair is merged: higher where no grown-up confirms it."""
    confirmed = _level(scored, "number", place) == "equal" or _level(scored, "confirmed", place) not in _UNCONFIRMED
    return costs().merge_from if confirmed else costs().merge_unconfirmed_from


def _level(scored: Scored, name: str, place: int) -> str | None:
    entry = next(entry for entry in ladders() if entry.id == name)
    level = entry.level(int(scored.gammas[name][place]))
    return level.id if level else None


def _may_join(clusters: Clusters, numbers: Mapping[int, set[str]], one: int, other: int) -> bool:
    """Not against a decision, nor a score, nor two numbers that are no slip of one another."""
    if clusters.parted(one, other) or clusters.spoken_against(one, other):
        return False
    first, second = numbers.get(one, set()), numbers.get(other, set())
    return not first or not second or any(a == b or slip(a, b) for a in first for b in second)


class _Told:
    """Scored pairs told in words."""

    def __init__(self, scored: Scored, model: Model, lang: str) -> None:
        self.scored, self._model, self._lang = scored, model, lang

    def pair(self, place: int) -> Doubt:
        scored = self.scored
        gammas = {name: int(levels[place]) for name, levels in scored.gammas.items()}
        found = reasons(self._model, gammas, LEVELS[int(scored.company[place])])
        held = _looks_like_two(scored, place)
        unsure = frozenset() if _sure_from(scored, place) <= costs().merge_from else frozenset({"confirmed"})
        why = in_words(found, self._lang, held | unsure)
        chance = probability(float(scored.bits[place]))
        return Doubt(int(scored.left[place]), int(scored.right[place]), chance, why, tuple(found), bool(held))


def _ask(clusters: Clusters, told: _Told, doubtful: Sequence[int], records: int, asked: frozenset[int]) -> list[Doubt]:
    """The pairs worth a question, most costly first, one for each pair of clusters, as many as a person has time for."""
    seen: set[frozenset[int]] = set()
    sent = set(asked)
    room = costs().records_to_ask(records)
    doubts = []
    for place in doubtful:  # by falling probability, and with it by what leaving them apart is expected to cost
        left, right = int(told.scored.left[place]), int(told.scored.right[place])
        roots = frozenset((clusters.find(left), clusters.find(right)))
        if len(roots) < 2 or roots in seen or clusters.parted(left, right):
            continue
        if len(sent | {left, right}) > room:
            continue
        seen.add(roots)
        sent |= {left, right}
        doubts.append(told.pair(place))
    return doubts


def _kin(clusters: Clusters, told: _Told) -> list[Doubt]:
    """Pairs that look like two of one family, as surely two as a merge is sure: one for each pair of clusters."""
    surely_two = 1 - costs().merge_from
    scored = told.scored
    alike = _alike(scored.gammas)
    seen: set[frozenset[int]] = set()
    found = []
    for place in np.flatnonzero(alike).tolist():
        left, right = int(scored.left[place]), int(scored.right[place])
        roots = frozenset((clusters.find(left), clusters.find(right)))
        if len(roots) < 2 or roots in seen or clusters.parted(left, right):
            continue
        if probability(float(scored.bits[place])) <= surely_two:
            seen.add(roots)
            found.append(told.pair(place))
    return found


def _alike(gammas: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which pairs look like twins, or like siblings or cousins whom a list may mistake for one."""
    near = _at(gammas, "name", _ONE_NAME) & _at(gammas, "place", _ONE_VILLAGE)
    return np.asarray(_at(gammas, "kin", _TWINS) | (_at(gammas, "kin", _FAMILY) & near))


def _at(gammas: Mapping[str, np.ndarray], name: str, levels: Sequence[str]) -> np.ndarray:
    """Which pairs reached one of the LEVELS of a comparison."""
    entry = next(entry for entry in ladders() if entry.id == name)
    return np.isin(gammas[name], [entry.gamma(level) for level in levels])
