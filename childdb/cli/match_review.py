"""`childdb match review`: pairs side by side, differences marked, one key each; or in a workbook, and read back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import actor, now, opened, today
from childdb.cli.match_store import commune_option
from childdb.cli.output import lang, say, width
from schemas.errors import DONE, CheckFailed, UsageFault

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.matching import Pair

PURPOSE = "xác định trẻ ghi nhiều lần (match review)"
# one key each; the digits serve a keyboard on which Vietnamese is being typed
_KEYS = {
    "vi": {"g": "same", "k": "different", "h": "related", "b": "skip", "l": "back", "t": "stop"},
    "en": {"s": "same", "d": "different", "r": "related", "n": "skip", "b": "back", "q": "stop"},
}
_ALSO = {
    "1": "same",
    "2": "different",
    "3": "related",
    "0": "skip",
    " ": "skip",
    "\x03": "stop",
    "\x04": "stop",
    "\x1b": "stop",
}
_PROMPT = (
    "[g] giống: một trẻ  [k] khác: hai trẻ  [h] họ hàng, hai trẻ  [b] bỏ qua  [l] lùi lại  [t] thôi",
    "[s] same  [d] different  [r] related, two children  [n] next  [b] back  [q] quit",
)
_SAID = {
    "same": ("Giống: một trẻ.", "Same: one child."), "different": ("Khác: hai trẻ.", "Different: two children."),
    "related": ("Họ hàng: hai trẻ.", "Related: two children."), "skip": ("Bỏ qua.", "Skipped."),
}  # fmt: skip


@click.command("review")
@commune_option
@click.option("--write", "target", type=click.Path(path_type=Path), metavar="OUT.xlsx",
              help="Ghi các cặp ra bảng tính cho xã trả lời / write the pairs to a workbook to be answered.")  # fmt: skip
@click.option("--answers", type=click.Path(path_type=Path), metavar="IN.xlsx",
              help="Đọc câu trả lời trong bảng tính / read the answers of such a workbook.")  # fmt: skip
@click.option("--reason", default=PURPOSE, metavar="TEXT", show_default=True,
              help="Lý do xem họ tên (ghi vào nhật ký) / why names are seen (kept in the audit chain).")  # fmt: skip
@click.pass_context
def review(ctx: click.Context, commune: str | None, target: Path | None, answers: Path | None, reason: str) -> int:
    """Các cặp cần người xác định, cặp tốn kém nhất trước: trả lời bằng một phím, hoặc trong bảng tính / pairs that a person
    must answer, the most costly first: by one key, or in a workbook."""
    if target and answers:
        raise UsageFault("Chọn một: --write hoặc --answers.", "Choose one: --write or --answers.")
    if not reason.strip():
        raise UsageFault("Xem họ tên phải nêu lý do: --reason.", "Names are shown only with a reason: --reason.")
    with opened(ctx) as store:
        if answers:
            return _read(ctx, store, answers)
        from childdb.workflow.matching import communes, scan

        pairs = scan(store, commune=communes(commune) if commune else None, lang=lang(ctx)).ask
        if not pairs:
            click.echo(say(ctx, "Không có cặp nào cần hỏi.", "There is no pair to ask about."), err=True)
            return DONE
        store.note_use(actor(), "match review", reason, 2 * len(pairs), now=now())
        if target:
            return _write(ctx, store, pairs, target)
        return _asked(ctx, store, pairs)


def _write(ctx: click.Context, store: Store, pairs: list[Pair], target: Path) -> int:
    from childdb.workflow.review_book import write_book

    write_book(store, pairs, target, on=today())
    click.echo(
        say(
            ctx,
            f"Đã ghi {len(pairs)} cặp vào {target}. Khi xã trả lời xong: childdb match review --answers {target.name}",
            f"{len(pairs)} pairs were written to {target}. Once answered: childdb match review --answers {target.name}",
        )
    )
    return DONE


def _read(ctx: click.Context, store: Store, path: Path) -> int:
    from childdb.workflow.review_book import read_book

    found = read_book(store, path, actor=actor(), now=now())
    done = say(ctx, f"{found.answered} cặp được trả lời, {found.blank} cặp để trống.",
               f"{found.answered} pairs were answered, {found.blank} left blank.")  # fmt: skip
    if found.batch is None:
        click.echo(done + say(ctx, " Không có gì mới để ghi.", " Nothing new to write."))
    else:
        click.echo(done + say(ctx, f" Đã ghi lô {found.batch} (rút lại: childdb undo {found.batch}).",
                              f" Written as batch {found.batch} (to take it back: childdb undo {found.batch})."))  # fmt: skip
    return DONE


def _asked(ctx: click.Context, store: Store, pairs: list[Pair]) -> int:
    """Show one pair after another; each answer is written at once, so that nothing is lost when the work is broken off."""
    from childdb.workflow.reviewing import answer

    english = lang(ctx) == "en"
    keys, place, written = _keys(ctx), 0, dict[int, int]()
    while place < len(pairs):
        pair = pairs[place]
        click.echo(say(ctx, f"\nCặp {place + 1} trên {len(pairs)}", f"\nPair {place + 1} of {len(pairs)}"))
        show_pair(ctx, pair)
        click.echo(pair.why)
        click.echo(_PROMPT[english])
        word = next(keys, "stop")
        if word == "stop":
            break
        if word == "back":
            place = max(0, place - 1)
            if place in written:
                store.undo(written.pop(place), actor=actor(), now=now(), reason=PURPOSE)
            continue
        click.echo(_SAID[word][english])
        if word != "skip":
            try:
                made = answer(store, [(*pair.key, word, pair.score)], actor=actor(), now=now(), reason=PURPOSE)
            except CheckFailed as fault:
                click.echo(fault.sentence(lang(ctx)), err=True)
            else:
                if made is not None:
                    written[place] = made
        place += 1
    click.echo(
        say(ctx, f"\nĐã ghi {len(written)} câu trả lời, còn {len(pairs) - len(written)} cặp.",
            f"\n{len(written)} answers were written, {len(pairs) - len(written)} pairs are left."), err=True)  # fmt: skip
    return DONE


def _keys(ctx: click.Context) -> Iterator[str]:
    """What the person wants, key by key; other keys are passed over."""
    known = _KEYS[lang(ctx)] | _ALSO
    while True:
        key = click.getchar() if sys.stdin.isatty() else sys.stdin.read(1)
        if not key:
            return
        if word := known.get(key.casefold()):
            yield word


def show_pair(ctx: click.Context, pair: Pair) -> None:
    """Both sides of a pair as columns, with a mark between what differs."""
    from childdb.workflow.reviewing import FIELDS, side_by_side

    english = lang(ctx) == "en"
    lines = side_by_side(pair)
    labels = [FIELDS[line.field][english] for line in lines]
    wide = max(map(width, labels))
    left = max(8, *(width(line.one) for line in lines))
    for label, line in zip(labels, lines, strict=True):
        text = f"  {_filled(label, wide)}  {_filled(line.one, left)}  {line.mark or ' '}  {line.other}".rstrip()
        click.echo(click.style(text, bold=True, fg="yellow") if line.mark in ("≠", "≈") else text)


def _filled(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
