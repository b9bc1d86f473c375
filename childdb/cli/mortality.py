"""`childdb mortality`: rates from files that an analyst brings; neither store nor key is needed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import numpy as np

from childdb.cli.csv_table import CsvTable, parse_date, parse_whole, print_csv, read_csv
from indicators.mortality.cohort import ALIVE, BirthHistories, CohortRate, by_group, cohort_rates
from indicators.mortality.register import (
    RegisterCounts,
    RegisteredBirth,
    RegisteredDeath,
    rate_per_1000,
    register_table,
)
from schemas.errors import UnreadableFile, UsageFault

COHORT_HEADER = ("group", "indicator", "R", "SE", "N", "WN", "LCI", "UCI")
REGISTER_HEADER = (
    "year",
    "unit",
    "live_births",
    "stillbirths",
    "early_neonatal",
    "neonatal",
    "infant",
    "under5",
    "nmr",
    "imr",
    "u5mr",
)
LEFT_OUT = {
    "birth_without_date": ("Ca sinh không ghi ngày, không tính", "Births without a date, left out"),
    "birth_not_said_live_or_still": (
        "Ca sinh không ghi sống hay chết, không tính",
        "Births not said to be live or still, left out",
    ),
    "death_without_date": ("Ca chết không ghi ngày chết, không tính", "Deaths without a date, left out"),
    "death_without_birth_date": (
        "Ca chết không biết ngày sinh, không tính",
        "Deaths whose date of birth is not known, left out",
    ),
    "death_before_birth": ("Ca chết ghi trước ngày sinh, không tính", "Deaths dated before the birth, left out"),
}
YES_NO = {"1": True, "0": False, "yes": True, "no": False, "có": True, "không": False, "true": True, "false": False}
INPUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Tỷ suất tử vong trẻ em từ tệp CSV / child mortality from CSV files."""


@command.command()
@click.argument("histories", metavar="IN.csv", type=INPUT)
@click.option(
    "--period",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="Số tháng của kỳ / months in the period.",
)
@click.option("--by", metavar="COLUMN", help="Cột chia nhóm / the column to group by.")
@click.option("--unweighted", is_flag=True, help="Mọi trẻ một trọng số / every birth with weight 1.")
@click.option("--period-end", metavar="YYYY-MM", help="Tháng kết thúc, không tính / end month, left out.")
def cohort(histories: Path, period: int, by: str | None, unweighted: bool, period_end: str | None) -> None:
    """Xác suất chết theo đoàn hệ tổng hợp (DHS) / synthetic cohort probabilities (DHS)."""
    end = None if period_end is None else _century_month(period_end)
    table = read_csv(histories)
    table.require(["v008", "v021", "v022", "b3", "b5", "b7"] + ([] if unweighted else ["v005"]))
    if by is not None and table.place(by) is None:
        raise UsageFault(f"Tệp {table.name} không có cột {by} nêu ở --by.", f"{table.name} has no column {by} (--by).")
    births = _histories(table, unweighted, end)
    groups = table.texts(by) if by is not None else ["total"] * len(table.rows)
    rows = [
        _cells(group, rate)
        for group, members in by_group(births, groups)
        for rate in cohort_rates(members, period, ends_at_interview=end is None)
    ]
    print_csv(COHORT_HEADER, rows, sys.stdout)


def _century_month(text: str) -> int:
    found = re.match(r"([0-9]{4})-([0-9]{2})\Z", text)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise UsageFault(
            f"--period-end phải là YYYY-MM, không phải {text}.", f"--period-end must be YYYY-MM, not {text}."
        )
    return (int(found[1]) - 1900) * 12 + int(found[2])


def _yes_no(text: str) -> bool:
    known = YES_NO.get(text.casefold().removesuffix(".0"))
    if known is None:
        raise ValueError
    return known


def _whole_numbers(table: CsvTable, column: str) -> list[int]:
    numbers = []
    for row, number in enumerate(table.values(column, parse_whole)):
        if number is None:
            raise table.empty_cell(row, column)
        numbers.append(number)
    return numbers


def _ages_at_death(table: CsvTable) -> list[int]:
    """b7 of those whom b5 calls dead; b7 of a living child means nothing and is passed over."""
    ages = []
    for row, (alive, age) in enumerate(zip(table.values("b5", _yes_no), table.values("b7", parse_whole), strict=True)):
        if alive is None:
            raise table.empty_cell(row, "b5")
        if alive:
            ages.append(ALIVE)
        elif age is None:
            raise UnreadableFile(
                f"Tệp {table.name}, dòng {table.lines[row]}: b5 ghi đã chết nhưng b7 (tuổi chết) trống.",
                f"{table.name}, row {table.lines[row]}: b5 says dead, but b7 (age at death) is empty.",
            )
        elif age < 0:
            raise table.refusal(row, "b7")
        else:
            ages.append(age)
    return ages


def _weights(table: CsvTable, unweighted: bool) -> list[float]:
    if unweighted:
        return [1_000_000.0] * len(table.rows)
    weights = []
    for row, weight in enumerate(table.values("v005", float)):
        if weight is None:
            raise table.empty_cell(row, "v005")
        if not 0 <= weight < float("inf"):
            raise table.refusal(row, "v005")
        weights.append(weight)
    return weights


def _histories(table: CsvTable, unweighted: bool, end: int | None) -> BirthHistories:
    interviewed = _whole_numbers(table, "v008")
    numbers: dict[str, int] = {}
    clusters = []
    for row, cluster in enumerate(table.texts("v021")):
        if not cluster:
            raise table.empty_cell(row, "v021")
        clusters.append(numbers.setdefault(cluster, len(numbers)))
    return BirthHistories(
        born=np.array(_whole_numbers(table, "b3"), dtype=np.int64),
        age_at_death=np.array(_ages_at_death(table), dtype=np.int64),
        end=np.array(interviewed if end is None else [end] * len(table.rows), dtype=np.int64),
        weight=np.array(_weights(table, unweighted), dtype=np.float64),
        cluster=np.array(clusters, dtype=np.int64),
    )


def _decimal(number: float | None) -> str:
    return "" if number is None else f"{round(number, 6) + 0.0:.6f}"  # + 0.0: never -0.000000


def _cells(group: str, rate: CohortRate) -> list[str]:
    return [
        group,
        rate.indicator,
        _decimal(rate.rate),
        _decimal(rate.standard_error),
        str(rate.births),
        _decimal(rate.weighted_births),
        _decimal(rate.lower),
        _decimal(rate.upper),
    ]


@command.command()
@click.argument("births", metavar="BIRTHS.csv", type=INPUT)
@click.argument("deaths", metavar="DEATHS.csv", type=INPUT)
@click.option("--as-known", metavar="DATE", required=True, help="Ngày sổ được xem / as the registers stood.")
@click.pass_context
def register(ctx: click.Context, births: Path, deaths: Path, as_known: str) -> None:
    """Chết sơ sinh, dưới 1, dưới 5 tuổi theo sổ / neonatal, infant, under-5 deaths from registers."""
    day = _option_date("--as-known", as_known)
    table = register_table(_births(read_csv(births)), _deaths(read_csv(deaths)), day)
    print_csv(REGISTER_HEADER, (_register_cells(*row) for row in table.rows()), sys.stdout)
    lang = (ctx.find_root().obj or {}).get("lang", "vi")
    for why, entries in table.left_out.items():
        click.echo(f"{LEFT_OUT[why][lang == 'en']}: {entries}.", err=True)


def _option_date(option: str, text: str) -> date:
    try:
        return parse_date(text)
    except ValueError:
        raise UsageFault(
            f"{option} phải là ngày YYYY-MM-DD, không phải {text}.", f"{option} must be a date YYYY-MM-DD, not {text}."
        ) from None


def _births(table: CsvTable) -> Iterator[RegisteredBirth]:
    table.require(["birth_id", "birth_date", "live_birth", "mother_commune", "registered_on"])
    return map(
        RegisteredBirth,
        table.texts("birth_id"),
        table.values("birth_date", parse_date),
        table.values("live_birth", _yes_no),
        table.texts("mother_commune"),
        table.values("registered_on", parse_date),
    )


def _deaths(table: CsvTable) -> Iterator[RegisteredDeath]:
    table.require(["death_id", "birth_id", "birth_date", "death_date", "residence_at_death", "registered_on"])
    return map(
        RegisteredDeath,
        table.texts("death_id"),
        table.texts("birth_id"),
        table.values("birth_date", parse_date),
        table.values("death_date", parse_date),
        table.texts("residence_at_death"),
        table.values("registered_on", parse_date),
    )


def _register_cells(year: int, unit: str, counts: RegisterCounts) -> list[str]:
    rates = [rate_per_1000(deaths, counts.live_births) for deaths in (counts.neonatal, counts.infant, counts.under5)]
    return [str(year), unit, *map(str, counts.values()), *rates]
