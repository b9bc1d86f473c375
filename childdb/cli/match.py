"""`childdb match`: the same child found in lists; `file` needs neither store nor key."""

from __future__ import annotations

from pathlib import Path

import click

from childdb.cli import match_review, match_store
from childdb.cli.output import lang, say
from schemas.errors import DONE

FILE = click.Path(path_type=Path)


@click.group(name="match")
def command() -> None:
    """Tìm trẻ được ghi nhiều lần / find children who are written more than once."""


@command.command(name="file")
@click.argument("source", metavar="IN.csv", type=FILE)
@click.argument("target", metavar="OUT.csv", type=FILE)
@click.option(
    "--review", type=FILE, metavar="PAIRS.csv", help="Ghi các cặp cần người trả lời / pairs left for a person."
)
@click.option(
    "--answers", type=FILE, metavar="PAIRS.csv", help="Đọc câu trả lời / read answers: same, different, related."
)
@click.pass_context
def match_file(ctx: click.Context, source: Path, target: Path, review: Path | None, answers: Path | None) -> int:
    """Thêm cột cluster_id: các dòng cùng số là một trẻ / append cluster_id: rows that share it are one child.

    Cột / columns: record_id, list_id, list_date, full_name, birth_date, birth_precision, sex, ethnicity,
    personal_id, mother_name, father_name, household_head, village, commune. Chỉ record_id là bắt buộc, thứ tự tùy ý /
    only record_id is required, in any order.
    """
    from childdb.cli.match_csv import read_answers, read_rows, write_clusters, write_doubts
    from childdb.matching.listing import match_list

    table, rows = read_rows(source)
    records = [row["record_id"] for row in rows]
    decided = read_answers(answers, records) if answers else {}
    matched = match_list(rows, decided, lang(ctx))
    write_clusters(target, table, [records[place] for place in matched.cluster])
    if review:
        write_doubts(review, matched.doubts, records)
    children, doubts = len(set(matched.cluster)), len(matched.doubts)
    click.echo(
        say(
            ctx,
            f"{len(rows)} dòng là {children} trẻ; {doubts} cặp cần người trả lời. Đã ghi {target}.",
            f"{len(rows)} rows are {children} children; {doubts} pairs need a person. Written to {target}.",
        ),
        err=True,
    )
    return DONE


for _verb in (*match_store.COMMANDS, match_review.review):
    command.add_command(_verb)
