"""Everybody known as the model compares them, held in memory: whom a new row meets, without weighing all the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from childdb.matching.comparisons import blocking
from childdb.matching.linkage import as_table, in_memory
from childdb.matching.prepare import COLUMN_NAMES, Comparable, Rarity, unweighed

_BLOCK = 50_000  # rows made comparable at a time: the table holds them smaller than Python does


@dataclass(frozen=True)
class Neighbourhood:
    """`rows` numbered by their places: first the new ones, then the known ones that `refs` names in the same order."""

    rows: list[Comparable]
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
            made = unweighed(islice(cells, _BLOCK), self._count)
            self._rarity.count(made)
            whose = {
                "ref": pa.array(refs[start : start + _BLOCK], pa.int64()),
                "child": pa.array(children[start : start + _BLOCK], pa.int64()),
            }
            table = as_table(made)
            for name, column in whose.items():
                table = table.append_column(name, column)
            self._con.register("more", table)
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
            asking = fresh if wanted is None else [fresh[place] for place in sorted(wanted)]
            known, refs = self._known_near(asking, len(fresh))
            rows = fresh + known
            self._rarity.weigh(rows)
        finally:
            self._rarity.count(fresh, -1)
        return Neighbourhood(rows, refs)

    def around(self, refs: Collection[int]) -> Neighbourhood:
        """Known identities with those that share a block with them; none is new."""
        if not self._count:
            return Neighbourhood([], [])
        self._con.register("named", pa.table({"ref": pa.array(sorted(refs), pa.int64())}))
        self._con.execute(
            "create or replace temp table fresh as select * from known where ref in (select ref from named)"
        )
        self._con.unregister("named")
        rows, found = self._met()
        self._rarity.weigh(rows)
        return Neighbourhood(rows, found)

    def _known_near(self, asking: list[Comparable], first: int) -> tuple[list[Comparable], list[int]]:
        if not self._count or not asking:
            return [], []
        self._rarity.weigh(asking)
        self._con.register("given", as_table(asking))
        self._con.execute("create or replace temp table fresh as select * from given")
        self._con.unregister("given")
        return self._met(first)

    def _met(self, first: int = 0) -> tuple[list[Comparable], list[int]]:
        """The known rows that share a block with the table `fresh`, and the other identities of their children."""
        blocks = " union ".join(
            f"select r.child from known as r where exists (select 1 from fresh as l where {rule})"
            for rule in blocking(self._count)
        )
        columns = ", ".join(COLUMN_NAMES)
        query = f"select ref, {columns} from known where child in ({blocks}) order by ref"
        refs, rows = [], []
        for place, (ref, _, *values) in enumerate(self._con.execute(query).fetchall(), start=first):
            refs.append(int(ref))
            rows.append(Comparable(place, *values))
        return rows, refs
