"""Any list outside the store: which of its rows are one child, and which pairs a person must answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from childdb.matching.patterns import ONE_NAME
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
    "name": ("near_name", "other_name_by_marks", "other_tone", "other_middle", "nickname"),
    "sex": ("differ",),
    "number": ("next",),
}
# what the other rows say: a row that is surely the one stands beside the other as another child, or contradicts it
_WITNESSED_TWO = tuple(LEVELS.index(name) for name in ("two_on_a_list", "contradicted"))
_UNCONFIRMED = ("nobody", "head_alone")


# two children of one family whom a list may mistake for one: twins, and siblings or cousins of one name and village
_TWINS, _FAMILY = ("twins", "near_twins"), ("siblings", "siblings_year", "cousins")
_ONE_VILLAGE = ("village", "village_slip")
_ONE_COMMUNE = (*_ONE_VILLAGE, "commune", "other_village")


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
class Scored:
    """The pairs that met and are near enough to be joined, asked about or told: places, levels by comparison, company
    level, weight in bits."""

    left: np.ndarray
    right: np.ndarray
    gammas: Mapping[str, np.ndarray]
    company: np.ndarray
    bits: np.ndarray

    def at(self, name: str, levels: Sequence[str]) -> np.ndarray:
        """Which pairs reached one of the LEVELS of a comparison."""
        return _at(self.gammas, name, levels)

    @cached_property
    def by_number(self) -> np.ndarray:
        return self.at("number", ("equal",))

    @cached_property
    def signs_of_two(self) -> Mapping[str, np.ndarray]:
        """By comparison, which pairs it says may be two children; nobody named on one list is a newborn beside another."""
        found = {name: self.at(name, levels) for name, levels in _LOOKS_LIKE_TWO.items()}
        unnamed = self.gammas["name"] < 0
        return found | {
            "list": unnamed & self.at("list", ("same",)), "company": np.isin(self.company, _WITNESSED_TWO),
        }  # fmt: skip

    @cached_property
    def looks_like_two(self) -> np.ndarray:
        """Which pairs without an equal number may be two children."""
        return np.asarray(~self.by_number & np.any(list(self.signs_of_two.values()), axis=0))

    @cached_property
    def confirmed(self) -> np.ndarray:
        """Which pairs are confirmed by an equal number or a grown-up of the household."""
        return np.asarray(self.by_number | ~self.at("confirmed", _UNCONFIRMED))


@dataclass(frozen=True)
class Matched:
    """`cluster` gives each row the place of the first row of its child; `doubts` are the pairs left for a person."""

    cluster: list[int]
    doubts: list[Doubt]
    _told: _Told
    _joined: Sequence[int]
    _kin: Sequence[int]

    @property
    def joins(self) -> list[Doubt]:
        """The pairs by which rows became one child, surest first."""
        return [self._told.pair(place) for place in self._joined]

    @property
    def kin(self) -> list[Doubt]:
        """Pairs that are surely two children of one family or name."""
        return [self._told.pair(place) for place in self._kin]


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
    clusters = _decided(len(prepared), answers)
    with Scoring(prepared, model.weights, model.prior) as scoring:
        scored = _near(scoring, prepared, model, wanted)
        clusters.speak_against(_contrary(clusters, scored, model, scoring))
    judged = scored if wanted is None else _touching(scored, wanted)
    joined, doubtful = _merge(clusters, judged, prepared)
    told = _Told(judged, model, lang)
    doubts = _ask(clusters, told, doubtful, len(prepared if wanted is None else wanted), asked)
    first: dict[int, int] = {}
    cluster = [first.setdefault(clusters.find(row), row) for row in range(len(prepared))]
    return Matched(cluster, doubts, told, joined, _kin(clusters, judged))


def explain(prepared: pa.Table, pairs: Sequence[Pair], lang: str) -> Doubt:
    """The likeliest of PAIRS (places of rows), scored and told whether or not they would ever meet."""
    model = shipped()
    found = scored_pairs(prepared, model.weights, model.prior, pairs)
    scored = _in_company(prepared, model, found)
    wanted = {(min(pair), max(pair)) for pair in pairs}
    places = [p for p in range(len(scored.left)) if (int(scored.left[p]), int(scored.right[p])) in wanted]
    return _Told(scored, model, lang).pair(max(places, key=lambda p: float(scored.bits[p])))


def score(prepared: pa.Table, model: Model) -> Scored:
    """Splink's weight of every pair that meets, and what the other rows add to it."""
    with Scoring(prepared, model.weights, model.prior) as scoring:
        return _near(scoring, prepared, model, None)


def _near(scoring: Scoring, prepared: pa.Table, model: Model, wanted: frozenset[int] | None) -> Scored:
    """The pairs that meet and are not too far apart to be joined, asked about or told.

    Where WANTED is given, pairs of two other rows are looked at only where both may be the same wanted row: they bear
    witness for or against it.
    """
    most = max(model.company.values()) + model.company_prior
    # at or below it no company makes a pair other than contrary
    floor = min(READ_FROM, (_AGAINST - most) / model.slope)

    def kept(blocks: Iterable[dict[str, np.ndarray]]) -> Iterator[dict[str, np.ndarray]]:
        for block in blocks:
            near = (block["weight"] > floor) | _alike(block)
            yield {name: values[near] for name, values in block.items()}

    near = list(kept(scoring.met(wanted)))
    if wanted is not None:
        near += kept(scoring.these(*_witnesses(joined(near), wanted), meeting=True))
    return _in_company(prepared, model, joined(near))


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


def _in_company(prepared: pa.Table, model: Model, pairs: Mapping[str, np.ndarray]) -> Scored:
    levels = company(prepared, pairs["left"], pairs["right"], pairs["weight"])
    gammas = {entry.id: pairs[entry.id] for entry in ladders()}
    return Scored(pairs["left"], pairs["right"], gammas, levels, _bits(model, pairs["weight"], levels))


def _bits(model: Model, weight: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Splink's WEIGHT with what the other rows say: by the place in LEVELS of each pair."""
    added = np.array([model.company[name] for name in LEVELS]) + model.company_prior
    return np.asarray(model.slope * weight + added[levels])


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


def _contrary(clusters: Clusters, scored: Scored, model: Model, scoring: Scoring) -> list[Pair]:
    """Groups (rows, or rows that answers joined) that no pair speaks for and some pair clearly speaks against, as far
    as chains of sure pairs could bring the two together; there every pair is weighed, whether it met or not."""
    reach = Clusters(len(clusters))
    for row in range(len(clusters)):
        reach.join(row, clusters.find(row))
    sure = probability(scored.bits) >= costs().merge_from
    for left, right in zip(scored.left[sure].tolist(), scored.right[sure].tolist(), strict=True):
        reach.join(left, right)
    together = np.array([reach.find(row) for row in range(len(clusters))], np.int64)
    inside = together[scored.left] == together[scored.right]
    bits = dict(
        zip(
            zip(scored.left[inside].tolist(), scored.right[inside].tolist(), strict=True),
            scored.bits[inside].tolist(), strict=True,
        )
    )  # fmt: skip
    apart = [
        pair
        for root in np.unique(together[scored.left[sure]]).tolist()
        for pair in combinations(sorted(reach.members(root)), 2)
        if pair not in bits and clusters.find(pair[0]) != clusters.find(pair[1])
    ]
    others = joined(list(scoring.these(*np.array(apart, np.int64).reshape(-1, 2).T, meeting=False)))
    alone = np.full(len(others["left"]), LEVELS.index("unrivalled"))
    for left, right, weight in zip(
        others["left"].tolist(), others["right"].tolist(), _bits(model, others["weight"], alone).tolist(), strict=True
    ):
        bits[left, right] = weight
    best: dict[Pair, float] = {}
    for (left, right), weight in bits.items():
        one, other = sorted((clusters.find(left), clusters.find(right)))
        if one != other:
            best[one, other] = max(weight, best.get((one, other), weight))
    return [pair for pair, weight in best.items() if weight <= _AGAINST]


def _touching(scored: Scored, wanted: frozenset[int]) -> Scored:
    rows = np.fromiter(wanted, dtype=np.int64, count=len(wanted))
    kept = np.isin(scored.left, rows) | np.isin(scored.right, rows)
    gammas = {name: levels[kept] for name, levels in scored.gammas.items()}
    return Scored(scored.left[kept], scored.right[kept], gammas, scored.company[kept], scored.bits[kept])


def _merge(clusters: Clusters, scored: Scored, prepared: pa.Table) -> tuple[list[int], list[int]]:
    """Join what is sure, surest first; the places of the pairs that joined, and of those likely and yet not sure."""
    chance = probability(scored.bits)
    numbers: dict[int, set[str]] = defaultdict(set)  # by root
    for row, digits in enumerate(column(prepared, "pid").to_pylist()):
        if digits:
            numbers[clusters.find(row)].add(digits)
    sure = (
        chance >= np.where(scored.confirmed, costs().merge_from, costs().merge_unconfirmed_from)
    ) & ~scored.looks_like_two
    joined, doubtful = [], []
    for place in np.lexsort((np.arange(len(chance)), -scored.bits))[: int((chance >= costs().ask_from).sum())].tolist():
        one, other = clusters.find(int(scored.left[place])), clusters.find(int(scored.right[place]))
        if one == other:
            continue
        if not sure[place] or not _may_join(clusters, numbers, one, other):
            doubtful.append(place)
            continue
        clusters.join(one, other)
        if together := numbers.get(one, set()) | numbers.get(other, set()):
            numbers[clusters.find(one)] = together
        joined.append(place)
    return joined, doubtful


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
        two = scored.looks_like_two[place]
        held = frozenset(name for name, pairs in scored.signs_of_two.items() if two and pairs[place])
        unsure = frozenset() if scored.confirmed[place] else frozenset({"confirmed"})
        why = in_words(found, self._lang, held | unsure)
        chance = float(probability(scored.bits[place]))
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
        if len(sent) + (left not in sent) + (right not in sent) > room:
            continue
        seen.add(roots)
        sent |= {left, right}
        doubts.append(told.pair(place))
    return doubts


def _kin(clusters: Clusters, scored: Scored) -> list[int]:
    """Pairs that look like two of one family, as surely two as a merge is sure: one for each pair of clusters."""
    surely_two = probability(scored.bits) <= 1 - costs().merge_from
    seen: set[frozenset[int]] = set()
    found = []
    for place in np.flatnonzero(_alike(scored.gammas) & surely_two).tolist():
        left, right = int(scored.left[place]), int(scored.right[place])
        roots = frozenset((clusters.find(left), clusters.find(right)))
        if len(roots) == 2 and roots not in seen and not clusters.parted(left, right):
            seen.add(roots)
            found.append(place)
    return found


def _alike(gammas: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which pairs look like twins, or like siblings or cousins whom a list may mistake for one.

    Among very many children two of one day have mothers of one name by chance: twins are looked for in one commune.
    """
    twins = _at(gammas, "kin", _TWINS) & _at(gammas, "place", _ONE_COMMUNE)
    near = _at(gammas, "name", ONE_NAME) & _at(gammas, "place", _ONE_VILLAGE)
    return np.asarray(twins | (_at(gammas, "kin", _FAMILY) & near))


def _at(gammas: Mapping[str, np.ndarray], name: str, levels: Sequence[str]) -> np.ndarray:
    """Which pairs reached one of the LEVELS of a comparison."""
    entry = next(entry for entry in ladders() if entry.id == name)
    return np.isin(gammas[name], [entry.gamma(level) for level in levels])
