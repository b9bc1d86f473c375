"""What a child is known by on a list that goes out with names and comes back: a keyed hash, never the child's key, so that
the list opens no snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from childdb.store.bulk import chunks
from childdb.store.models import child_link, identity
from childdb.store.store import Store

PREFIX = "tre-"  # tells a child's token from the token of a row


def list_token(store: Store, child: int) -> str:
    """The token of a child, by its key."""
    return PREFIX + store.cipher.lookup(str(child), "list_token").hex()[:24]


def children_by_token(store: Store, tokens: Iterable[str]) -> dict[str, int]:
    """The key that the child of each token has now; a token of no child is left out.

    A token is made of the key that the child had then, which is one of its identities' for ever: links made or closed
    since do not matter.
    """
    wanted = {token for token in tokens if token.startswith(PREFIX)}
    if not wanted:
        return {}
    query = select(identity.c.child_key, child_link.c.child_key).join(
        child_link, child_link.c.identity_id == identity.c.id
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    made = ((list_token(store, own), int(child)) for own, child in rows)
    return {token: child for token, child in made if token in wanted}


def identities_by_token(store: Store, tokens: Iterable[str]) -> dict[str, int]:
    """The identity whose own key each token was made of; a token of none is left out."""
    wanted = {token for token in tokens if token.startswith(PREFIX)}
    with store.reading() as connection:
        rows = connection.execute(select(identity.c.id, identity.c.child_key)).all() if wanted else []
    made = ((list_token(store, int(own)), int(who)) for who, own in rows)
    return {token: who for token, who in made if token in wanted}


def identities_of(store: Store, children: Iterable[int]) -> dict[int, list[int]]:
    """The identities of each child, in their order."""
    found: dict[int, list[int]] = {}
    with store.reading() as connection:
        for block in chunks(sorted(set(children))):
            query = select(child_link.c.child_key, child_link.c.identity_id).where(child_link.c.child_key.in_(block))
            for child, who in connection.execute(query.order_by(child_link.c.identity_id)):
                found.setdefault(int(child), []).append(int(who))
    return found
