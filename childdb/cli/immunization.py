"""`childdb immunization`: doses judged from an analyst's files (no store, no key), and from the store who is due what."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import click

from childdb.cli.csv_table import CsvTable, parse_date, read_csv, write_csv
from childdb.cli.door import opened, today
from childdb.cli.named_list import HEADINGS, list_options, refuse_without_reason, show
from childdb.cli.output import emit, format_option, lang, say
from indicators.immunization.judge import ChildStatus, Dose, Reason, Verdict, child_status, judge_doses
from indicators.immunization.law import LAW
from indicators.immunization.notes import says_over_24_hours
from indicators.immunization.rules import Rule
from indicators.immunization.who import WHO
from schemas.dates import add_months
from schemas.errors import UnreadableFile, UsageFault

RULES = {"law": LAW, "who": WHO}
ADDED = ("valid", "number", "reason")
REASONS = {
    Reason.NO_DOSE: ("dòng không ghi mũi tiêm nào", "the row states no dose"),
    Reason.UNKNOWN_VACCINE: ("tên vắc xin không có trong lịch", "the vaccine is not in the schedule"),
    Reason.NO_DATE: ("không ghi ngày tiêm", "no date of vaccination"),
    Reason.NO_BIRTH_DATE: ("không biết ngày sinh", "the date of birth is not known"),
    Reason.BEFORE_BIRTH: ("tiêm trước ngày sinh", "before birth"),
    Reason.AFTER_AS_OF: ("sau ngày xem số liệu", "after the as-of date"),
    Reason.SAME_DAY: ("mũi thứ hai cùng loại trong một ngày", "a second dose of the series on one day"),
    Reason.LATE_BIRTH_DOSE: ("mũi sơ sinh tiêm sau 24 giờ", "birth dose later than 24 hours"),
    Reason.NOT_IN_RULE: ("ngày tiêm này chưa có trong lịch", "the rule has no row for it on its day"),
    Reason.BEYOND_LAST: ("quá số mũi của loại này", "beyond the last dose of its series"),
    Reason.TOO_YOUNG: ("chưa đủ tuổi", "younger than the minimum age"),
    Reason.TOO_OLD: ("quá tuổi", "older than the rule allows"),
    Reason.TOO_SOON: ("chưa đủ khoảng cách với mũi hợp lệ trước", "too soon after the last valid dose"),
}
INPUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Kiểm tra mũi tiêm từ tệp CSV / judge vaccine doses from CSV files."""


@command.command()
@click.argument("doses", metavar="IN.csv", type=INPUT)
@click.argument("out", metavar="OUT.csv", type=INPUT)
@click.option("--rule", type=click.Choice(list(RULES)), required=True, help="law: lịch của Bộ Y tế; who: WHO.")
@click.option("--children", "children_out", metavar="CHILDREN.csv", type=INPUT, help="Theo trẻ / by child.")
@click.option("--as-of", metavar="DATE", help="Chỉ tính đến ngày này / nothing after this day.")
@click.pass_context
def check(ctx: click.Context, doses: Path, out: Path, rule: str, children_out: Path | None, as_of: str | None) -> None:
    """Mũi nào hợp lệ, mũi thứ mấy, vì sao không / which doses are valid, which number, why not."""
    day = _as_of(as_of)
    lang = (ctx.find_root().obj or {}).get("lang", "vi")
    _refuse_overwriting(doses, [each for each in (out, children_out) if each is not None])
    table = read_csv(doses)
    verdicts, statuses = judge_table(table, RULES[rule], day)
    write_csv(
        out,
        [*table.header, *ADDED],
        (row + _cells(verdict, lang) for row, verdict in zip(table.rows, verdicts, strict=True)),
        table.delimiter,
    )
    if children_out is not None:
        names = [each.name for each in fields(ChildStatus)]
        rows = ([child, *(_flag(getattr(status, name)) for name in names)] for child, status in statuses.items())
        write_csv(children_out, ["child", *names], rows)


def _as_of(text: str | None) -> date | None:
    try:
        return None if text is None else parse_date(text)
    except ValueError:
        raise UsageFault(
            f"--as-of phải là ngày YYYY-MM-DD, không phải {text}.", f"--as-of must be a date YYYY-MM-DD, not {text}."
        ) from None


def _refuse_overwriting(source: Path, outputs: list[Path]) -> None:
    places = [path.resolve() for path in (source, *outputs)]
    if len(set(places)) < len(places):
        raise UsageFault(
            "Tệp vào và các tệp ra phải là những tệp khác nhau.", "Input and outputs must be different files."
        )


def judge_table(table: CsvTable, rule: Rule, as_of: date | None) -> tuple[list[Verdict], dict[str, ChildStatus]]:
    """A verdict per row, in its order, and a status per child, in the order in which children first appear."""
    table.require(["child", "birth_date", "vaccine", "date"])
    for column in ADDED:
        if table.place(column) is not None:
            raise UnreadableFile(
                f"Tệp {table.name} đã có cột {column}, là cột sẽ được thêm vào. Hãy đổi tên cột ấy.",
                f"{table.name} already has a column {column}, which is to be added. Rename it.",
            )
    doses = [
        Dose(vaccine, given_on, late_birth_dose=bool(late))
        for vaccine, given_on, late in zip(
            table.texts("vaccine"),
            table.values("date", parse_date),
            table.values("register_note", says_over_24_hours),
            strict=True,
        )
    ]
    rows_of = _rows_by_child(table)
    born = _birth_dates(table)
    verdicts: list[Verdict | None] = [None] * len(doses)
    statuses = {}
    for child, rows in rows_of.items():
        own = [doses[row] for row in rows]
        judged = judge_doses(born[child], own, rule, as_of)
        for row, verdict in zip(rows, judged, strict=True):
            verdicts[row] = verdict
        statuses[child] = child_status(born[child], own, judged, rule)
    return [verdict for verdict in verdicts if verdict is not None], statuses


def _rows_by_child(table: CsvTable) -> dict[str, list[int]]:
    rows_of: dict[str, list[int]] = {}
    for row, child in enumerate(table.texts("child")):
        if not child:
            raise table.empty_cell(row, "child")
        rows_of.setdefault(child, []).append(row)
    return rows_of


def _birth_dates(table: CsvTable) -> dict[str, date | None]:
    """One birth date per child; a row may leave it empty, two rows may not disagree."""
    born: dict[str, date | None] = {}
    for row, (child, day) in enumerate(zip(table.texts("child"), table.values("birth_date", parse_date), strict=True)):
        known = born.setdefault(child, day)
        if known is None:
            born[child] = day
        elif day is not None and day != known:
            raise UnreadableFile(
                f"Tệp {table.name}, dòng {table.lines[row]}: ngày sinh khác với dòng trước của cùng một trẻ.",
                f"{table.name}, row {table.lines[row]}: another birth date than an earlier row of the same child.",
            )
    return born


def _cells(verdict: Verdict, lang: str) -> list[str]:
    if verdict.reason is None:
        return ["1", str(verdict.number), ""]
    return ["0", "", REASONS[verdict.reason][lang == "en"]]


def _flag(value: bool | None) -> str:
    return "" if value is None else str(int(value))


DUE_COLUMNS = ["child", "commune", "village", "birth_date", "vaccine", "number", "due_on", "until", "state", "confidence",
               "on_immunization_list"]  # fmt: skip
SURE = ("", "chưa xác nhận")
STATES = {"due": "đến hạn", "waiting": "chưa tiêm", "late": "chậm"}
DUE_HEADINGS = {"vaccine": "vắc xin", "number": "mũi", "due_on": "từ ngày", "until": "trước ngày", "state": "tình trạng",
                "confidence": "căn cứ", "on_immunization_list": "có sổ tiêm"}  # fmt: skip
VILLAGE_COLUMNS = ["commune", "commune_name", "village", "zero_dose", "reached", "not_known"]
VILLAGE_HEADINGS = {"zero_dose": "chưa mũi DPT nào", "reached": "đã có mũi", "not_known": "chưa biết"}
CHILD_COLUMNS = ["child", "commune", "village", "age_months", "never_vaccinated"]
CHILD_HEADINGS = {"age_months": "tháng tuổi", "never_vaccinated": "chưa tiêm gì"}


@command.command()
@click.option(
    "--month",
    metavar="YYYY-MM",
    help="Tháng (mặc định: tháng sau ngày tính) / the month (default: the one after the as-of date).",
)
@list_options
@format_option
@click.pass_context
def due(ctx: click.Context, month: str | None, commune: str | None, as_of: date | None, as_known: int | None,
        names: bool, reason: str, fmt: str) -> None:  # fmt: skip
    """Trẻ đến hạn tiêm trong tháng, theo kho dữ liệu / children due a dose in the month, from the store."""
    from childdb.workflow.lists import children_prepared
    from indicators.lists.doses import due_in_month

    refuse_without_reason(names, reason)
    first = _month(month) if month else add_months((as_of or today()).replace(day=1), 1)
    day = as_of or min(today(), first - timedelta(days=1))
    with opened(ctx) as store:
        with children_prepared(store, as_of=day, as_known=as_known) as con:
            found = due_in_month(con, day, first, commune)
        vietnamese = fmt == "table" and lang(ctx) == "vi"
        rows = [
            {**vars(d), "state": STATES[d.state] if vietnamese else d.state,
             "confidence": SURE[d.confidence == "recalled"] if vietnamese else d.confidence}
            for d in found.doses
        ]  # fmt: skip
        columns = [c for c in DUE_COLUMNS if not (names and c == "birth_date")]
        show(ctx, store, rows, columns, DUE_HEADINGS, fmt, what="immunization due", names=names, reason=reason,
             as_of=day, as_known=as_known)  # fmt: skip
    if found.without_birth_day:
        click.echo(say(
            ctx,
            f"{found.without_birth_day} trẻ không biết đủ ngày sinh, không tính được ngày đến hạn.",
            f"{found.without_birth_day} children whose day of birth is not known are not judged.",
        ), err=True)  # fmt: skip


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageFault(
            f"--month phải là YYYY-MM, không phải {text}.", f"--month must be YYYY-MM, not {text}."
        ) from None


@command.command("zero-dose")
@list_options
@click.option("--children", is_flag=True, help="Liệt kê từng trẻ / child by child.")
@format_option
@click.pass_context
def zero_dose(ctx: click.Context, commune: str | None, as_of: date | None, as_known: int | None, names: bool,
              reason: str, children: bool, fmt: str) -> None:  # fmt: skip
    """Trẻ 12-59 tháng không có mũi DPT nào trước 1 tuổi, theo thôn bản / zero-dose children by village."""
    from childdb.workflow.lists import children_prepared
    from indicators.lists.doses import zero_dose as story

    refuse_without_reason(names, reason)
    day = as_of or today()
    with opened(ctx) as store:
        with children_prepared(store, as_of=day, as_known=as_known) as con:
            villages, listed = story(con, day, commune)
        if children or names:
            show(ctx, store, [vars(c) for c in listed], CHILD_COLUMNS, CHILD_HEADINGS, fmt,
                 what="immunization zero-dose", names=names, reason=reason, as_of=day, as_known=as_known)  # fmt: skip
            return
    words = {**HEADINGS, **VILLAGE_HEADINGS}
    emit([vars(v) for v in villages], VILLAGE_COLUMNS, fmt,
         VILLAGE_COLUMNS if lang(ctx) == "en" else [words[c] for c in VILLAGE_COLUMNS])  # fmt: skip
