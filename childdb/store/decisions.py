"""Which identities are one child: connected components of the `same` decisions in force, `not_same` cutting them.

Facts never move. A child's key is the key of its lowest identity, so it stays while the child grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select

from childdb.store.batches import batch_lines, live_batches
from childdb.store.bulk import Numbers, chunks
from childdb.store.models import child_link, identity, match_decision
from schemas.errors import NotFound, UsageFault


@dataclass(frozen=True)
class Decision:
    """One decision: verdict same, not_same, related, or closed (which only closes another)."""

    id: int
    batch: int
    verdict: str
    identity_a: int | None
    identity_b: int | None
    closes: int | None = None


def in_force(decisions: Iterable[Decision], live: set[int]) -> list[Decision]:
    """The decisions of live batches that no later live one closes."""
    alive = [d for d in decisions if d.batch in live]
    closed: set[int] = set()
    kept = []
    for decision in sorted(alive, key=lambda d: d.id, reverse=True):
        if decision.id in closed:
            continue
        if decision.closes is not None:
            closed.add(decision.closes)
        if decision.verdict != "closed":
            kept.append(decision)
    return sorted(kept, key=lambda d: d.id)


def components(identities: Iterable[int], decisions: Sequence[Decision]) -> dict[int, int]:
    """The lowest identity of each identity's child.

    Links are joined in the order of their numbers; one that would bring together, also through others, a pair
    decided `not_same` or `related` is passed over: must-not-link outranks every link.
    """
    parent = {i: i for i in identities}

    def find(node: int) -> int:
        root = node
        while parent[root] != root:
            root = parent[root]
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    apart: dict[int, set[int]] = {}
    for d in decisions:
        if d.verdict in ("not_same", "related") and d.identity_a in parent and d.identity_b in parent:
            apart.setdefault(d.identity_a, set()).add(d.identity_b)
            apart.setdefault(d.identity_b, set()).add(d.identity_a)
    for d in decisions:
        if d.verdict != "same" or d.identity_a not in parent or d.identity_b not in parent:
            continue
        low, high = sorted((find(d.identity_a), find(d.identity_b)))
        if low == high or any(find(other) == low for other in apart.get(high, ())):
            continue
        parent[high] = low
        if high in apart:  # what must stay apart from the one must stay apart from the whole
            for other in apart.pop(high):
                apart.setdefault(low, set()).add(other)
                apart.setdefault(find(other), set()).add(low)
    return {i: find(i) for i in parent}


def read_decisions(connection: Connection, which: ColumnElement[bool] | None = None) -> list[Decision]:
    """Every decision ever written, or those that WHICH names, in their order."""
    c = match_decision.c
    query = select(c.id, c.batch_id, c.verdict, c.identity_a, c.identity_b, c.closes).order_by(c.id)
    return [Decision(*row) for row in connection.execute(query if which is None else query.where(which))]


def children(connection: Connection, at: int | None = None, without: Iterable[int] = ()) -> dict[int, int]:
    """Identity -> child key, as known at batch AT; WITHOUT leaves some decision batches out of account."""
    live = live_batches(batch_lines(connection), at) - set(without)
    keys = {int(i): int(k) for i, k in connection.execute(select(identity.c.id, identity.c.child_key))}
    lowest = components(keys, in_force(read_decisions(connection), live))
    return {i: keys[low] for i, low in lowest.items()}


def cannot_link(connection: Connection) -> set[frozenset[int]]:
    """Pairs of identities decided to be different, or related but distinct."""
    c = match_decision.c
    # the many automatic links say nothing here, and reading them would slow each file down as the store grows
    cutting = (c.verdict.in_(("not_same", "related", "closed"))) | c.closes.is_not(None)
    live = live_batches(batch_lines(connection))
    return {
        frozenset((d.identity_a, d.identity_b))
        for d in in_force(read_decisions(connection, cutting), live)
        if d.verdict in ("not_same", "related") and d.identity_a is not None and d.identity_b is not None
    }


def link_of(connection: Connection, identities: Iterable[int]) -> dict[int, int]:
    """Identity -> child key of those named, now."""
    c = child_link.c
    found: dict[int, int] = {}
    for block in chunks(identities):
        rows = connection.execute(select(c.identity_id, c.child_key).where(c.identity_id.in_(block)))
        found.update({int(i): int(k) for i, k in rows})
    return found


def rebuild_links(connection: Connection) -> None:
    """Write the index child_link anew from the decisions."""
    connection.execute(child_link.delete())
    rows = [{"identity_id": i, "child_key": k} for i, k in children(connection).items()]
    for start in range(0, len(rows), 10_000):
        connection.execute(insert(child_link), rows[start : start + 10_000])


def check(connection: Connection, verdict: str, one: int | None, other: int | None, closes: int | None) -> None:
    """Refuse a decision that says nothing: a closing of nothing, a pair that is no pair."""
    if verdict not in ("same", "not_same", "related", "closed"):
        raise UsageFault(f"Không có loại quyết định “{verdict}”.", f"There is no verdict “{verdict}”.")
    if (
        closes is not None
        and connection.scalar(select(match_decision.c.id).where(match_decision.c.id == closes)) is None
    ):
        raise NotFound(f"Không có quyết định {closes}.", f"There is no decision {closes}.")
    if verdict == "closed":
        if closes is None:
            raise UsageFault("Cần nêu quyết định được đóng.", "Name the decision that is to be closed.")
        return
    if one is None or other is None or one == other:
        raise UsageFault("Quyết định phải nêu hai danh tính khác nhau.", "A decision names two different identities.")
    require_identity(connection, one)
    require_identity(connection, other)


def require_identity(connection: Connection, number: int) -> None:
    if connection.scalar(select(identity.c.id).where(identity.c.id == number)) is None:
        raise NotFound(f"Không có danh tính số {number}.", f"There is no identity {number}.")


def write_decision(
    connection: Connection,
    number: int,
    verdict: str,
    pair: tuple[int | None, int | None],
    *,
    actor: str,
    rule: str | None = None,
    score: float | None = None,
    reasons: Sequence[str] = (),
    closes: int | None = None,
) -> int:
    """One decision, under batch NUMBER; returns its own number."""
    made = Numbers(connection).take(match_decision)
    values: Mapping[str, Any] = {
        "id": made,
        "batch_id": number, "verdict": verdict, "identity_a": pair[0], "identity_b": pair[1], "decided_by": actor,
        "rule": rule, "score": score, "reasons": list(reasons), "closes": closes,
    }  # fmt: skip
    connection.execute(insert(match_decision).values(**values))
    return made


__all__ = [
    "Decision",
    "cannot_link",
    "check",
    "children",
    "components",
    "in_force",
    "link_of",
    "read_decisions",
    "rebuild_links",
    "require_identity",
    "write_decision",
]  # fmt: skip
