"""`childdb growth`: WHO's z-scores and prevalences from a file; needs neither store nor key."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from schemas.errors import DONE, DONE_WITH_HELD_ROWS

FILE = click.Path(path_type=Path)
reference_option = click.option(
    "--reference",
    type=click.Choice(["2006", "2007"]),
    default="2006",
    help="2006: chuẩn 0-60 tháng / standards 0-60 months; 2007: 5-19 tuổi / reference 5-19 years.",
)
age_unit_option = click.option(
    "--age-unit",
    type=click.Choice(["days", "months"]),
    default="days",
    help="Đơn vị của cột age / unit of the column age.",
)
form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    help="Dạng kết quả / form of the result.",
)


@click.group(name="growth")
def command() -> None:
    """Chỉ số tăng trưởng theo WHO, từ tệp CSV hoặc Parquet / growth after WHO, from CSV or Parquet.

    Cột / columns: sex, age, weight (kg), lenhei (cm), measure (l, h), headc (cm), oedema (y, n).
    """


@command.command()
@click.argument("source", metavar="IN", type=FILE)
@click.argument("target", metavar="OUT", type=FILE)
@reference_option
@age_unit_option
@click.pass_context
def zscores(ctx: click.Context, source: Path, target: Path, reference: str, age_unit: str) -> int:
    """Thêm các cột z-score và cờ vào IN, ghi ra OUT / append z-scores and flags to IN, write OUT."""
    from indicators.growth.score_file import score_file

    found = score_file(source, target, reference, age_in_months=age_unit == "months")
    _say(ctx, f"Đã tính {found.rows} dòng, ghi vào {target}.", f"{found.rows} rows scored, written to {target}.")
    if found.unreadable_cells:
        _say(
            ctx,
            f"Có {found.unreadable_cells} ô không phải là số; các dòng đó không có chỉ số tương ứng.",
            f"{found.unreadable_cells} cells are no number; those rows lack the scores that need them.",
        )
    if found.negative_ages:
        _say(
            ctx,
            f"Có {found.negative_ages} dòng có tuổi âm; các dòng đó không có chỉ số theo tuổi.",
            f"{found.negative_ages} rows have a negative age; they have no scores by age.",
        )
        return DONE_WITH_HELD_ROWS
    return DONE


@command.command()
@click.argument("source", metavar="IN", type=FILE)
@form_option
@reference_option
@age_unit_option
@click.pass_context
def prevalence(ctx: click.Context, source: Path, form: str, reference: str, age_unit: str) -> int:
    """Tỷ lệ theo nhóm tuổi và giới, giới hạn tin cậy 95 % / prevalences by age group and sex with 95 % limits.

    Các cột cluster, strata, sw được dùng nếu có / the columns cluster, strata, sw are used where present.
    """
    from indicators.growth.prevalence import prevalence as estimate
    from indicators.growth.show import as_csv, as_json, prevalence_table

    found = estimate(source, reference, age_in_months=age_unit == "months")
    forms = {"csv": as_csv, "json": as_json}
    click.echo(forms[form](found.rows) if form in forms else prevalence_table(found.rows, _lang(ctx)), nl=False)
    if found.excluded:
        _say(
            ctx,
            f"Không tính {found.excluded} dòng: thiếu cluster hoặc strata, hoặc quá tuổi.",
            f"{found.excluded} rows left out: without cluster or strata, or past the age.",
        )
    if found.without_weight:
        _say(
            ctx,
            f"Có {found.without_weight} dòng không có trọng số, được tính bằng 0.",
            f"{found.without_weight} rows without a weight count as 0.",
        )
    return DONE


@command.command()
@click.argument("source", metavar="IN", type=FILE)
@click.option("--by", metavar="COLUMN", help="Cột để chia nhóm, ví dụ xã / the column to group by, a commune.")
@form_option
@age_unit_option
@click.pass_context
def quality(ctx: click.Context, source: Path, by: str | None, form: str, age_unit: str) -> int:
    """Chất lượng cân đo: chữ số cuối, dồn tuổi, độ lệch của z / end digits, age heaping, spread of z."""
    from indicators.growth.quality import quality as judge
    from indicators.growth.show import as_csv, as_json, quality_table

    rows = judge(source, by, age_in_months=age_unit == "months")
    forms = {"csv": as_csv, "json": as_json}
    click.echo(forms[form](rows) if form in forms else quality_table(rows, _lang(ctx)), nl=False)
    return DONE


def _say(ctx: click.Context, vi: str, en: str) -> None:
    """One sentence on the error stream, so that the output stream stays for figures."""
    click.echo(en if _lang(ctx) == "en" else vi, err=True)


def _lang(ctx: click.Context) -> str:
    return cast("dict[str, str]", ctx.find_root().obj or {}).get("lang", "vi")
