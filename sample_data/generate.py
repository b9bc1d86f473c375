"""`python -m sample_data.generate`: makes the workbooks of the ten communes, the same bytes every time."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sample_data.book import Planted, Sheet, write_book
from sample_data.communes import Commune
from sample_data.figures import Figure, figures
from sample_data.lives import die
from sample_data.mess import HABITS
from sample_data.population import Population, populate
from sample_data.rounds import ROUNDS, Round
from sample_data.typed import Typist
from sample_data.write_births_deaths import births_deaths_sheets
from sample_data.write_commune_return import commune_return_sheets
from sample_data.write_immunization import immunization_sheets
from sample_data.write_mental_health import mental_health_sheets
from sample_data.write_register import register_sheets
from sample_data.write_school import school_sheets
from sample_data.write_weighing import weighing_sheets

SEED, CHILDREN = 28, 17_000
WORKBOOKS = Path(__file__).parent / "workbooks"


def report_sheets(population: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    """One workbook of several short lists: births, deaths; at the year's end the commune's figures and more."""
    sheets = births_deaths_sheets(population, commune, typist)
    if typist.round.index == 2:
        sheets += mental_health_sheets(population, commune, typist)
    return sheets + commune_return_sheets(population, commune, typist)


Maker = Callable[[Population, Commune, Typist], list[Sheet]]
# list name in the file -> who makes it, and in which rounds
LISTS: dict[str, tuple[Maker, tuple[int, ...]]] = {
    "so-theo-doi": (register_sheets, (0, 1, 2)),
    "can-do": (weighing_sheets, (0, 1, 2)),
    "tiem-chung": (immunization_sheets, (0, 2)),
    "bao-cao": (report_sheets, (0, 2)),
    "pho-cap": (school_sheets, (2,)),
}


def people(seed: int = SEED, children: int = CHILDREN) -> Population:
    """The population that the workbooks describe."""
    found = populate(seed, children)
    die(found)
    return found


@dataclass(frozen=True)
class Truth:
    """What is so behind the workbooks: the population, and its figures as on a day (sample_data.figures)."""

    population: Population

    def figures(self, day: date, commune: str | None = None) -> dict[str, Figure]:
        return figures(self.population, day, commune)


def truth(seed: int = SEED, children: int = CHILDREN) -> Truth:
    """The population made anew in memory; tests compare the office's figures with its own."""
    return Truth(people(seed, children))


def generate(
    out: Path, seed: int = SEED, children: int = CHILDREN, only: tuple[str, ...] = ()
) -> dict[Path, list[Planted]]:
    """Write the workbooks into OUT/<round>/; gives the faults planted in each. ONLY names communes by code."""
    population = people(seed, children)
    written = {}
    for turn in ROUNDS:
        folder = out / turn.folder
        if not only and folder.exists():
            shutil.rmtree(folder)
        for commune in population.communes:
            if not only or commune.code in only:
                written.update(_commune(population, commune, turn, folder))
    return written


def _commune(population: Population, commune: Commune, turn: Round, folder: Path) -> dict[Path, list[Planted]]:
    habits = HABITS[commune.code]
    typist = Typist(population.seed, habits, turn, commune.code)
    written = {}
    for name, (maker, rounds) in LISTS.items():
        if turn.index in rounds:
            path = folder / f"{commune.file_name}_{name}.xlsx"
            written[path] = write_book(path, commune, habits, maker(population, commune, typist))
    return written


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sample_data.generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=WORKBOOKS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--children", type=int, default=CHILDREN)
    parser.add_argument("--only", nargs="*", default=[], metavar="CODE", help="communes by code")
    options = parser.parse_args()
    written = generate(options.out, options.seed, options.children, tuple(options.only))
    size = sum(p.stat().st_size for p in written)
    print(f"{len(written)} workbooks, {size / 1e6:.2f} MB, {sum(map(len, written.values()))} faults in {options.out}")


if __name__ == "__main__":
    main()
