"""`childdb growth`: WHO's z-scores and prevalences from a file, without store or key; children and communes from the store."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.named_list import list_options, refuse_without_reason, show
from childdb.cli.output import emit
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, UsageFault

if TYPE_CHECKING:
    from indicators.growth.quality import Judged

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


as_of_option = click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today).")
known_option = click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch.")
INDEX_WORDS = {
    "vi": {"len": "cao/tuổi", "wei": "nặng/tuổi", "wfl": "nặng/cao"},
    "en": {"len": "length/age", "wei": "weight/age", "wfl": "weight/length"},
}


@click.group(name="growth")
def command() -> None:
    """Chỉ số tăng trưởng theo WHO, từ tệp hoặc từ kho dữ liệu / growth after WHO, from files or from the store.

    Cột của tệp / a file's columns: sex, age, weight (kg), lenhei (cm), measure (l, h), headc (cm), oedema (y, n).
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
    if found.unknown_words:
        _say(
            ctx,
            f"Có {found.unknown_words} ô ở cột sex, measure, oedema ghi chữ không hiểu được, coi như để trống.",
            f"{found.unknown_words} cells of sex, measure or oedema say nothing known; they count as empty.",
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
@click.argument("source", metavar="[IN]", type=FILE, required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    help="Dạng kết quả; mặc định: bảng trên màn hình, csv khi ghi ra tệp / form; default: table on a screen, csv elsewhere.",
)
@click.option("--commune", metavar="CODE", help="Từ kho, một xã / from the store, one commune.")
@as_of_option
@known_option
@reference_option
@age_unit_option
@click.pass_context
def prevalence(ctx: click.Context, source: Path | None, form: str | None, commune: str | None, as_of: date | None,
               as_known: int | None, reference: str, age_unit: str) -> int:  # fmt: skip
    """Tỷ lệ theo nhóm tuổi và giới, giới hạn tin cậy 95 % / prevalences by age group and sex with 95 % limits.

    Các cột cluster, strata, sw được dùng nếu có / the columns cluster, strata, sw are used where present. Không có IN:
    trẻ dưới 5 tuổi trong kho, lần cân đo mới nhất của mười hai tháng, thêm theo xã, dân tộc, hộ nghèo, thôn bản là cụm /
    without IN: the store's children under five, also by commune, ethnicity and poverty, villages as clusters.
    """
    from indicators.growth.show import as_csv, as_json, prevalence_table

    form = form or ("table" if sys.stdout.isatty() else "csv")
    if source is None:
        rows = _of_store(ctx, commune, as_of, as_known, reference)
    else:
        _refuse_store_options(commune, as_of, as_known)
        rows = _of_file(ctx, source, reference, age_unit == "months")
    if rows or form != "table":
        forms = {"csv": as_csv, "json": as_json}
        click.echo(forms[form](rows) if form in forms else prevalence_table(rows, _lang(ctx)), nl=False)
    return DONE


def _of_file(ctx: click.Context, source: Path, reference: str, in_months: bool) -> Sequence[Mapping[str, Any]]:
    from indicators.growth.prevalence import prevalence as estimate

    found = estimate(source, reference, age_in_months=in_months)
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
    return found.rows


def _of_store(
    ctx: click.Context, commune: str | None, as_of: date | None, as_known: int | None, reference: str
) -> Sequence[Mapping[str, Any]]:
    from childdb.workflow.growth import store_prevalence

    if reference != "2006":
        raise UsageFault("--reference 2007 cần một tệp IN.", "--reference 2007 needs a file IN.")
    with opened(ctx) as store:
        rows = store_prevalence(store, as_of=as_of or today(), as_known=as_known, commune=commune, lang=_lang(ctx))
    if rows:
        living, seen = rows[0]["children"] or 0, rows[0]["measured"] or 0
        share = f"{100 * seen / living:.1f}" if living else "-"
        _say(
            ctx,
            f"Đã cân đo {seen} trong {living} trẻ dưới 5 tuổi ({share.replace('.', ',')} %) trong 12 tháng.",
            f"{seen} of {living} children under five ({share} %) measured in 12 months.",
        )
    else:
        _say(
            ctx,
            "Không có trẻ dưới 5 tuổi nào được cân đo trong 12 tháng.",
            "No child under five was measured in 12 months.",
        )
    return rows


def _refuse_store_options(commune: str | None, as_of: date | None, as_known: int | None) -> None:
    if commune or as_of or as_known:
        raise UsageFault(
            "--commune, --as-of, --as-known chỉ dùng khi không có tệp IN.",
            "--commune, --as-of and --as-known go without a file IN.",
        )


@command.command()
@click.argument("source", metavar="[IN]", type=FILE, required=False)
@click.option("--by", metavar="COLUMN", help="Cột của tệp để chia nhóm, ví dụ xã / the file's column to group by.")
@click.option("--commune", metavar="CODE", help="Từ kho, một xã theo thôn bản / from the store, a commune by village.")
@click.option("--html", metavar="FILE", type=FILE, help="Ghi trang HTML / write a page of its own.")
@as_of_option
@known_option
@form_option
@age_unit_option
@click.pass_context
def quality(ctx: click.Context, source: Path | None, by: str | None, commune: str | None, html: Path | None,
            as_of: date | None, as_known: int | None, form: str, age_unit: str) -> int:  # fmt: skip
    """Chất lượng cân đo: xã nào cần đến / end digits, age heaping, spread of z: who needs a visit.

    Không có IN: số đo mười hai tháng trong kho, theo xã / without IN: twelve months of the store, by commune.
    """
    from indicators.growth.show import as_csv, as_json, quality_table

    if source is not None:
        _refuse_store_options(commune, as_of, as_known)
        from indicators.growth.quality import judged_file

        judged = judged_file(source, by, age_in_months=age_unit == "months")
        period = source.name
    else:
        from childdb.workflow.growth import since, store_quality

        if by:
            raise UsageFault("--by cần một tệp IN.", "--by needs a file IN.")
        day = as_of or today()
        with opened(ctx) as store:
            judged = store_quality(store, as_of=day, as_known=as_known, commune=commune)
        period = f"{since(day):%d/%m/%Y} - {day:%d/%m/%Y}"
    if html is not None:
        _write_page(judged, html, period, _lang(ctx))
        _say(ctx, f"Trang HTML: {html}", f"HTML page: {html}")
    rows = [each.row for each in judged]
    forms = {"csv": as_csv, "json": as_json}
    click.echo(forms[form](rows) if form in forms else quality_table(rows, _lang(ctx)), nl=False)
    return DONE


def _write_page(judged: Sequence[Judged], target: Path, period: str, language: str) -> None:
    from childdb.report.growth_quality import Place, quality_page
    from indicators.growth.show import QUALITY

    places = [Place(each.row, each.weight_digits, each.length_digits) for each in judged]
    target.write_text(quality_page(places, QUALITY[language], period=period, lang=language), encoding="utf-8")


@command.command()
@click.argument("key", metavar="KEY", type=int)
@click.option("--out", metavar="FILE", type=FILE, help="Vẽ biểu đồ ra .svg hoặc .png / draw the curve.")
@click.option("--names", is_flag=True, help="Ghi họ tên trên biểu đồ / put the name on the picture.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do xem (ghi vào nhật ký) / why it is looked at.")
@as_of_option
@known_option
@form_option
@click.pass_context
def child(ctx: click.Context, key: int, out: Path | None, names: bool, reason: str, as_of: date | None,
          as_known: int | None, form: str) -> int:  # fmt: skip
    """Biểu đồ tăng trưởng và các lần cân đo của một trẻ / a child's curve against the standard, and its measurements."""
    from childdb.workflow import growth as story

    refuse_without_reason(names, reason)
    day = as_of or today()
    name = ""
    with opened(ctx) as store:
        told = story.child_growth(store, key, as_of=day, as_known=as_known)
        if names:
            from childdb.workflow.lists import with_names

            named = with_names(store, [{"child": key}], as_of=day, as_known=as_known, what="growth child",
                               reason=reason, actor=actor(), now=now())  # fmt: skip
            name = next((row["full_name"] or "" for row in named), "")
        else:
            store.note_use(actor(), "growth child", reason, 1, now=now())
    if out is not None:
        story.draw(told, out, lang=_lang(ctx), name=name)
    columns = ["measured_on", "age_months", "weight_kg", "length_cm", "measure", "oedema", "muac_mm", "z_len", "z_wei",
               "z_wfl", "z_bmi", "implausible"]  # fmt: skip
    vi = ["ngày", "tháng tuổi", "nặng (kg)", "cao (cm)", "nằm/đứng", "phù", "vòng cánh tay", "z cao/tuổi", "z nặng/tuổi",
          "z nặng/cao", "z BMI/tuổi", "vô lý"]  # fmt: skip
    rows = [
        {**row, "age_months": _months(row), "implausible": " ".join(i for i in story.INDICES if row[f"f_{i}"] == 1)}
        for row in told.rows
    ]
    emit(rows, columns, form, columns if _lang(ctx) == "en" else vi)
    if form == "table" and not rows:
        _say(ctx, "Trẻ này chưa có lần cân đo nào.", "This child has not been measured.")
    if out is not None:
        _say(ctx, f"Biểu đồ: {out}", f"Picture: {out}")
    return DONE


@command.command()
@list_options
@form_option
@click.pass_context
def faltering(ctx: click.Context, commune: str | None, names: bool, reason: str, as_of: date | None,
              as_known: int | None, form: str) -> int:  # fmt: skip
    """Trẻ chững lớn: z giảm hơn 1 giữa các lần cân đo, theo xã, nặng trước / z fell by more than 1, severe first."""
    from childdb.workflow.growth import faltering as story

    refuse_without_reason(names, reason)
    day = as_of or today()
    columns = ["child", "commune", "commune_name", "village", "index", "from_on", "from_z", "to_on", "to_z", "fall",
               "latest_z", "recovered"]  # fmt: skip
    headings = {"index": "chỉ số", "from_on": "từ ngày", "from_z": "từ z", "to_on": "đến ngày", "to_z": "đến z",
                "fall": "giảm", "latest_z": "z mới nhất", "recovered": "đã hồi phục"}  # fmt: skip
    with opened(ctx) as store:
        rows = story(store, as_of=day, as_known=as_known, commune=commune)
        if form == "table":
            rows = [{**row, "index": INDEX_WORDS[_lang(ctx)][row["index"]]} for row in rows]
        show(ctx, store, rows, columns, headings, form, what="growth faltering", names=names, reason=reason,
             as_of=day, as_known=as_known)  # fmt: skip
    return DONE


@command.command()
@list_options
@click.option("--moderate", is_flag=True, help="Thêm trẻ suy dinh dưỡng vừa, xếp sau / add moderate cases, after them.")
@form_option
@click.pass_context
def severe(ctx: click.Context, commune: str | None, moderate: bool, names: bool, reason: str, as_of: date | None,
           as_known: int | None, form: str) -> int:  # fmt: skip
    """Trẻ suy dinh dưỡng nặng ở lần cân đo mới nhất, gấp nhất trước / severe cases, the most urgent first."""
    from childdb.workflow.growth import severe as story

    refuse_without_reason(names, reason)
    day = as_of or today()
    columns = ["child", "commune", "commune_name", "village", "measured_on", "age_months", "severity", "signs",
               "z_wfl", "z_wei", "z_len", "muac_mm", "oedema"]  # fmt: skip
    headings = {"measured_on": "ngày đo", "age_months": "tháng tuổi", "severity": "mức", "signs": "dấu hiệu",
                "z_wfl": "z nặng/cao", "z_wei": "z nặng/tuổi", "z_len": "z cao/tuổi", "muac_mm": "vòng cánh tay",
                "oedema": "phù"}  # fmt: skip
    with opened(ctx) as store:
        rows = story(store, as_of=day, as_known=as_known, commune=commune, moderate=moderate)
        rows = [{**row, "age_months": _months(row)} for row in rows]
        if form == "table" and _lang(ctx) == "vi":
            rows = _in_words(rows)
        show(ctx, store, rows, columns, headings, form, what="growth severe", names=names, reason=reason,
             as_of=day, as_known=as_known)  # fmt: skip
    return DONE


SIGNS = {"oedema": "phù", "wfl": "gầy còm", "muac": "vòng cánh tay", "wei": "nhẹ cân", "len": "thấp còi"}


def _in_words(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Severity and signs in Vietnamese."""
    severity = {"severe": "nặng", "moderate": "vừa"}
    return [
        {**row, "severity": severity[row["severity"]], "signs": ", ".join(SIGNS[s] for s in str(row["signs"]).split())}
        for row in rows
    ]


def _months(row: Mapping[str, Any]) -> float | None:
    """Age in months to one decimal, as a clinic says it."""
    return None if row["age_months"] is None else round(float(row["age_months"]), 1)


def _say(ctx: click.Context, vi: str, en: str) -> None:
    """One sentence on the error stream, so that the output stream stays for figures."""
    click.echo(en if _lang(ctx) == "en" else vi, err=True)


def _lang(ctx: click.Context) -> str:
    return cast("dict[str, str]", ctx.find_root().obj or {}).get("lang", "vi")
