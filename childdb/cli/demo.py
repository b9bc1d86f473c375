"""childdb demo: from the sample workbooks to the provincial package, in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import now, today
from childdb.cli.indicator_options import unit_key
from childdb.cli.output import emit, lang, progress, say
from childdb.cli.verdict_table import show_verdicts

if TYPE_CHECKING:
    from childdb.workflow.demo import Demo

_COLUMNS = ["file", "sheet", "read", "new", "changed", "unchanged", "held_back", "skipped"]
_VI = ["tệp", "trang", "đọc", "mới", "thay đổi", "không đổi", "giữ lại", "bỏ qua"]


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("childdb-demo"))
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Trình diễn trên dữ liệu hư cấu, trong FOLDER / a demonstration on invented data, in FOLDER."""
    from childdb.exchange.package import check
    from childdb.workflow import demo as story
    from childdb.workflow import figures

    demo = story.prepare(folder, now=now())
    try:
        _rounds(ctx, demo)
        click.echo(say(ctx, "\nChỉ tiêu của huyện tính đến 30/11/2024", "\nThe district's figures as on 2024-11-30"))
        results = story.compute(demo, now=now())
        unit = unit_key(None, results)
        show_verdicts(ctx, figures.verdicts(results, unit), "table")
        built = story.package(demo, now=now())
        counts = built.manifest["counts"]
        click.echo(say(ctx, f"\nGói gửi tỉnh: {counts['records']} trẻ; {counts['held']} trẻ giữ lại vì chưa đủ thông tin.",
                       f"\nProvincial package: {counts['records']} children; {counts['held']} held, lacking facts."))  # fmt: skip
        good = check(folder / story.PACKAGE).good
        click.echo(
            say(
                ctx,
                f"Đọc lại gói: {'khớp' if good else 'KHÔNG khớp'}.",
                f"Read back: {'whole' if good else 'NOT whole'}.",
            )
        )
        story.draw(demo, unit, lang(ctx))
        _ending(ctx, demo, story.report(demo, now=now()))
    finally:
        demo.store.close()


def _rounds(ctx: click.Context, demo: Demo) -> None:
    from childdb.workflow import demo as story

    for name, files in story.sample_rounds().items():
        with progress(say(ctx, f"Đợt {name}", f"Round {name}"), len(files)) as step:
            outcomes = story.import_round(demo, name, files, now=now(), today=today(), progress=step)
        rows = [
            {"file": o.path.name, "sheet": sheet, **counts.as_dict()}
            for o in outcomes for sheet, counts in o.accounting().items()
        ]  # fmt: skip
        emit(rows, _COLUMNS, "table", _COLUMNS if lang(ctx) == "en" else _VI)
        sums = {k: sum(int(r[k]) for r in rows) for k in _COLUMNS[2:]}
        equal = sums["new"] + sums["changed"] + sums["unchanged"] + sums["held_back"] + sums["skipped"]
        click.echo(say(
            ctx,
            f"Đợt {name}: đọc {sums['read']} = mới {sums['new']} + thay đổi {sums['changed']} + không đổi {sums['unchanged']}"
            f" + giữ lại {sums['held_back']} + bỏ qua {sums['skipped']} = {equal}\n",
            f"Round {name}: read {sums['read']} = new {sums['new']} + changed {sums['changed']} + unchanged"
            f" {sums['unchanged']} + held back {sums['held_back']} + skipped {sums['skipped']} = {equal}\n",
        ))  # fmt: skip
        refused = [o.path.name for o in outcomes if o.refused]
        for file in refused:
            click.echo(say(ctx, f"Không đọc được: {file}", f"Not read: {file}"))


def _ending(ctx: click.Context, demo: Demo, reports: list[Path]) -> None:
    from childdb.workflow import demo as story

    folder = demo.folder
    made = [folder / story.STORE, folder / story.KEY, folder / story.PACKAGE]
    made += [demo.built.held_list] if demo.built and demo.built.held_list else []
    made += [demo.picture] if demo.picture else []
    made += reports
    click.echo(say(ctx, "\nĐã tạo:", "\nMade:"))
    for path in made:
        click.echo(f"  {path}")
    store = f"--db {folder / story.STORE} --key-file {folder / story.KEY}"
    click.echo(say(ctx, "\nNên thử tiếp:", "\nWorth trying next:"))
    click.echo(f"  childdb {store} web")
    click.echo(f"  childdb {store} indicators explain birth_registration_u5 --unit 03310 --as-of {story.AS_OF}")
    click.echo(f"  childdb {store} undo {demo.store.last_batch()} --dry-run --as-of {story.AS_OF}")
