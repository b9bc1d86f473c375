"""Pairs for a person: shown side by side, answered, explained, taken back. What a person says outranks every score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from childdb.matching.cluster import Clusters, Contradiction
from childdb.matching.decide import costs
from childdb.matching.listing import DIFFERENT, RELATED, SAME, Doubt, explain
from childdb.matching.names import folded, normalised
from childdb.matching.neighbours import Neighbours
from childdb.store import DecisionRow, PersonRow, Store, Verdict
from childdb.workflow.matching import RULE, Pair, cells_of, codes, person_of
from schemas.codes import units
from schemas.dates import OpenDate
from schemas.errors import CheckFailed, NotFound

FIELDS: dict[str, tuple[str, str]] = {
    "full_name": ("Họ và tên", "Full name"),
    "birth_date": ("Ngày sinh", "Birth date"),
    "sex": ("Giới tính", "Sex"),
    "personal_id": ("Số định danh", "Personal number"),
    "mother_name": ("Họ tên mẹ", "Mother"),
    "father_name": ("Họ tên cha", "Father"),
    "household_head": ("Chủ hộ", "Household head"),
    "village": ("Thôn, bản", "Village"),
    "commune": ("Xã", "Commune"),
}
VERDICT = {SAME: "same", DIFFERENT: "not_same", RELATED: "related"}
EQUAL, ALIKE, OTHER, BLANK = "=", "≈", "≠", ""
_SEX = {"M": "Nam", "F": "Nữ"}


@dataclass(frozen=True)
class Line:
    """One field of a pair; `mark` says how the two stand: equal, alike but for marks, different, or blank on a side."""

    field: str
    one: str
    other: str
    mark: str


def shown(person: PersonRow) -> dict[str, str]:
    """An identity's cells as people read them, blanks empty."""
    cells = {name: str(person.fields.get(name) or "") for name in FIELDS}
    born = person.fields.get("birth_date")
    if isinstance(born, date):
        iso = OpenDate.from_first(born, str(person.fields.get("birth_precision") or "day")).text()
        cells["birth_date"] = "/".join(reversed(iso.split("-")))
    cells["sex"] = _SEX.get(cells["sex"], cells["sex"])
    code, since = person.fields.get("commune_code"), person.fields.get("commune_from")
    unit = units().get(f"{code}@{since}")
    cells["commune"] = unit.name if unit else str(code or "")
    return cells


def side_by_side(pair: Pair) -> list[Line]:
    """The fields of both, each with its mark."""
    one, other = shown(pair.one), shown(pair.other)
    return [Line(name, one[name], other[name], _mark(one[name], other[name])) for name in FIELDS]


def _mark(one: str, other: str) -> str:
    if not one or not other:
        return BLANK
    if normalised(one) == normalised(other):
        return EQUAL
    return ALIKE if folded(one) == folded(other) else OTHER


def answer(
    store: Store, answers: Sequence[tuple[int, int, str, float | None]], *, actor: str, now: datetime, reason: str = ""
) -> int | None:
    """Write what a person said of pairs of identities (one, other, same|different|related, the model's score) as one
    batch; None where all of it is decided so already. Answers against one another, or against what a person decided
    before, also through chains, are refused whole."""
    standing = store.decisions()
    said: list[Verdict] = []
    for one, other, word, score in answers:
        if not _decided_so(standing, one, other, word):
            said.append(Verdict(VERDICT[word], min(one, other), max(one, other), "person", score))
    _refuse_contradiction(store, standing, said)
    closed = _outranked(store, standing, said)
    return store.decide_all([*closed, *said], actor=actor, now=now, reason=reason) if said else None


def _decided_so(standing: Iterable[DecisionRow], one: int, other: int, word: str) -> bool:
    pair = {one, other}
    return any({d.one, d.other} == pair and d.verdict == VERDICT[word] and d.rule == "person" for d in standing)


def _refuse_contradiction(store: Store, standing: Sequence[DecisionRow], said: Sequence[Verdict]) -> None:
    """All that persons decided, with SAID, must be able to hold at once."""
    by_person = [(d.verdict, d.one, d.other) for d in standing if d.rule == "person"]
    spoken = [*by_person, *((v.verdict, v.one, v.other) for v in said if v.one is not None and v.other is not None)]
    place = {who: n for n, who in enumerate(sorted({w for _, one, other in spoken for w in (one, other)}))}
    clusters = Clusters(len(place))
    try:
        for verdict, one, other in spoken:
            if verdict == "same":
                clusters.join(place[one], place[other])
        clusters.part((place[one], place[other]) for verdict, one, other in spoken if verdict != "same")
    except Contradiction as found:
        identities = {number: who for who, number in place.items()}
        keys = store.own_keys(identities[number] for number in found.pair)
        named = " - ".join(str(keys[identities[number]]) for number in found.pair)
        raise CheckFailed(
            f"Câu trả lời trái với quyết định khác của người về cặp {named}; đóng quyết định đó trước (childdb match list).",
            f"The answer contradicts another decision of a person about the pair {named}; close that one first"
            " (childdb match list).",
        ) from None


def _outranked(store: Store, standing: Sequence[DecisionRow], said: Sequence[Verdict]) -> list[Verdict]:
    """What no person decided and what stands against an answer `same` is closed: a person outranks the model."""
    child = store.children()
    joined = {frozenset((child[v.one], child[v.other])) for v in said if v.verdict == "same" and v.one and v.other}
    return [
        Verdict("closed", closes=d.number, reasons=("person_outranks",))
        for d in standing
        if d.rule != "person" and d.verdict != "same" and frozenset((child[d.one], child[d.other])) in joined
    ]


def separate(store: Store, one_key: int, other_key: int, *, actor: str, now: datetime, reason: str) -> int | None:
    """Two children (by the keys they bear of their own) are different, whatever linked them."""
    pair = (store.identity_of(one_key), store.identity_of(other_key))
    return answer(store, [(*pair, DIFFERENT, None)], actor=actor, now=now, reason=reason)


def close(store: Store, decision: int, *, actor: str, now: datetime, reason: str) -> int:
    """Close a decision in force: what it linked or parted stands as if it had not been made."""
    if all(d.number != decision for d in store.decisions()):
        raise NotFound(f"Không có quyết định {decision} đang có hiệu lực.", f"No decision {decision} is in force.")
    return store.decide_all([Verdict("closed", closes=decision)], actor=actor, now=now, reason=reason)


@dataclass(frozen=True)
class Explained:
    """Why the model thinks so of two children: their likeliest pair of identities, each feature, and what follows."""

    pair: Pair
    doubt: Doubt
    decisions: list[DecisionRow]

    @property
    def held_by_pattern(self) -> bool:
        """Whether the score alone would merge them, were they not like two children."""
        return self.doubt.held and self.doubt.score >= costs().merge_from

    @property
    def outcome(self) -> str:
        """What follows where nobody decides: same, ask or different."""
        if self.doubt.score >= costs().merge_from and not self.doubt.held:
            return "same"
        return "ask" if self.doubt.score >= costs().ask_from else "different"


def explain_children(store: Store, one_key: int, other_key: int, *, lang: str) -> Explained:
    """Why two children, named by their keys, are or are not thought to be one."""
    named = (store.identity_of(one_key), store.identity_of(other_key))
    people = {p.identity: p for p in store.people()}
    if not set(named) <= set(people):
        raise NotFound("Trẻ này đã được xóa.", "This child was erased.")
    sheets = store.latest_sheets()
    groups = [[named[0]], [named[1]]]
    if people[named[0]].child != people[named[1]].child:
        groups = [[p.identity for p in people.values() if p.child == people[who].child] for who in named]
    persons = [person_of(p.identity, p.child, p.fields) for p in people.values()]
    everybody = Neighbours()
    everybody.add((cells_of(p, str(sheets.get(p.ref, ""))) for p in persons), [p.ref for p in persons],
                  [p.child or 0 for p in persons])  # fmt: skip
    near = everybody.around({who for group in groups for who in group})
    place = {ref: n for n, ref in enumerate(near.refs)}
    doubt = explain(near.rows, [(place[a], place[b]) for a in groups[0] for b in groups[1]], lang)
    one, other = people[near.refs[doubt.left]], people[near.refs[doubt.right]]
    concerned = {who for group in groups for who in group}
    decisions = [d for d in store.decisions() if d.one in concerned and d.other in concerned]
    return Explained(Pair(one, other, doubt.score, doubt.why, codes(doubt)), doubt, decisions)


def decision_rows(store: Store, verdict: str | None = None) -> list[dict[str, Any]]:
    """The decisions in force as rows for a table, the children by the keys they bear of their own."""
    standing = [d for d in store.decisions() if verdict in (None, d.verdict)]
    keys: Mapping[int, int] = store.own_keys(who for d in standing for who in (d.one, d.other))
    return [
        {"decision": d.number, "batch": d.batch, "made_at": d.made_at, "verdict": d.verdict, "child_a": keys[d.one],
         "child_b": keys[d.other], "decided_by": d.decided_by, "rule": d.rule or "", "score": d.score,
         "reasons": " ".join(d.reasons)}
        for d in standing
    ]  # fmt: skip


__all__ = ["FIELDS", "RULE", "Explained", "Line", "answer", "decision_rows", "explain_children", "separate", "shown",
           "side_by_side"]  # fmt: skip
