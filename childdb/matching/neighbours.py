"""Everybody known as the model compares them, held in memory: whom a new row meets, without weighing all the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from childdb.matching.comparisons import blocking
from childdb.matching.linkage import in_memory
from childdb.matching.prepare import SCHEMA, Rarity, replaced, unweighed

_BLOCK = 50_000  # rows made comparable at a time: the table holds them smaller than Python does


@dataclass(frozen=True)
class Neighbourhood:
    """`rows` numbered by their places: first the new ones, then the known ones that `refs` names in the same order."""

    rows: pa.Table
    refs: list[int]


class Neighbours:
    """Known identities by what the model's blocks compare by; `meet` gives those worth scoring against new ones.

    A reference is the caller's number of an identity, a child the key of the child it belongs to.
    """

    def __init__(self) -> None:
        self._con = in_memory()
        self._rarity = Rarity()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        self._con.close()

    def add(self, cells: Iterator[Mapping[str, str]], refs: Sequence[int], children: Sequence[int]) -> None:
        """Take in more identities: their cells by the columns of `match file`, their references and children."""
        for start in range(0, len(refs), _BLOCK):
            made = unweighed(list(islice(cells, _BLOCK)), self._count)
            self._rarity.count(made)
            end = start + _BLOCK
            table = made.append_column("ref", pa.array(refs[start:end], pa.int64()))
            self._con.register("more", table.append_column("child", pa.array(children[start:end], pa.int64())))
            words = "insert into known" if self._count else "create temp table known as"
            self._con.execute(f"{words} select * from more")
            self._con.unregister("more")
            self._count += len(made)

    def meet(self, cells: Sequence[Mapping[str, str]], wanted: Collection[int] | None = None) -> Neighbourhood:
        """New rows with the known ones that share a block with any of them (of those at the places WANTED, where given),
        and the other identities of their children."""
        fresh = unweighed(cells)
        self._rarity.count(fresh)
        try:
            known, refs = self._known_near(fresh if wanted is None else fresh.take(sorted(wanted)))
            rows = pa.concat_tables([fresh, known])
            return Neighbourhood(self._rarity.weigh(_numbered(rows)), refs)
        finally:
            self._rarity.count(fresh, -1)

    def around(self, refs: Collection[int]) -> Neighbourhood:
        """Known identities with those that share a block with them; none is new."""
        if not self._count:
            return Neighbourhood(SCHEMA.empty_table(), [])
        self._con.register("named", pa.table({"ref": pa.array(sorted(refs), pa.int64())}))
        self._con.execute(
            "create or replace temp table fresh as select * from known where ref in (select ref from named)"
        )
        self._con.unregister("named")
        rows, found = self._met()
        return Neighbourhood(self._rarity.weigh(_numbered(rows)), found)

    def _known_near(self, asking: pa.Table) -> tuple[pa.Table, list[int]]:
        if not self._count or not len(asking):
            return SCHEMA.empty_table(), []
        self._con.register("given", self._rarity.weigh(asking))
        self._con.execute("create or replace temp table fresh as select * from given")
        self._con.unregister("given")
        return self._met()

    def _met(self) -> tuple[pa.Table, list[int]]:
        """The known rows that share a block with the table `fresh`, and the other identities of their children."""
        blocks = " union ".join(
            f"select r.child from fresh as l join known as r on {rule}" for rule in blocking(self._count)
        )
        found = self._con.sql(f"select * from known where child in ({blocks}) order by ref").to_arrow_table()
        return found.select(SCHEMA.names).cast(SCHEMA), found["ref"].to_pylist()


def _numbered(rows: pa.Table) -> pa.Table:
    return replaced(rows, "unique_id", pa.array(range(len(rows)), pa.int32()))
