"""Finding a child by part of a name: the index made, and searches, from ten thousand to a million children."""

from __future__ import annotations

import random
import resource
import sys
import time

from childdb.matching.finding import NameIndex
from schemas.dates import OpenDate
from tests.matching.population import Population

SEARCHES = (
    ("lo van thanh", OpenDate.of(2019)),
    ("Lò Văn Thành", None),
    ("giang a su", OpenDate.of(2015, 3)),
    ("thanh", None),
    ("lo", None),
    ("van", None),
    ("xon", None),
)


def entries(count):
    """COUNT children under names put together from 20,000 drawn ones."""
    drawn, chance = Population(20_000, 5).children, random.Random(3)
    for number in range(count):
        child, other = drawn[number % len(drawn)], chance.choice(drawn)
        name = f"{child.name[0]} {other.name[1]} {other.name[2]}"
        yield number, number, name, child.mother, child.born.isoformat(), "day", child.commune


def main(*counts):
    print("children   index s   peak MiB   milliseconds a search: " + ", ".join(name for name, _ in SEARCHES))
    for count in counts or (10_000, 100_000, 1_000_000):
        people = list(entries(count))
        start = time.perf_counter()
        index = NameIndex(people)
        made = time.perf_counter() - start
        taken = []
        for name, born in SEARCHES:
            start = time.perf_counter()
            index.find(name, born=born)
            taken.append((time.perf_counter() - start) * 1000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count:8}  {made:8.1f}  {peak:9.0f}   " + ", ".join(f"{ms:.0f}" for ms in taken), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
