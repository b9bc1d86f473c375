"""`childdb match` on the store: scan, explain, list, separate, close."""

from __future__ import annotations

import click

from childdb.cli.door import actor, now, opened, reason_option
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import DONE

commune_option = click.option("--commune", metavar="NAME|CODE", help="Chỉ trẻ của một xã / of one commune only.")
_OUTCOME = {"same": ("một trẻ", "same"), "related": ("họ hàng, hai trẻ", "related"), "ask": ("cần hỏi", "ask")}
_VERDICT = {"same": ("giống", "same"), "not_same": ("khác", "different"), "related": ("họ hàng", "related")}


@click.command("scan")
@commune_option
@click.option("--dry-run", is_flag=True, help="Chỉ xem, không ghi / look only, write nothing.")
@format_option
@click.pass_context
def scan(ctx: click.Context, commune: str | None, dry_run: bool, fmt: str) -> int:
    """So cả kho với chính nó: nối trẻ ghi nhiều lần, nhớ cặp họ hàng, để lại cặp cần hỏi (match review) / match the whole
    store with itself."""
    from childdb.workflow.matching import communes, write
    from childdb.workflow.matching import scan as scanned

    with opened(ctx) as store:
        found = scanned(store, commune=communes(commune) if commune else None, lang=lang(ctx))
        made = None if dry_run else write(store, found, actor=actor(), now=now())
        everybody = [p for pairs in (found.same, found.related, found.ask) for p in pairs]
        keys = store.own_keys(who for p in everybody for who in p.key)
    english = lang(ctx) == "en"
    rows = [
        {"outcome": _OUTCOME[name][english], "child_a": keys[p.one.identity], "child_b": keys[p.other.identity],
         "score": round(p.score, 4), "why": p.why}
        for name, pairs in (("same", found.same), ("related", found.related), ("ask", found.ask)) for p in pairs
    ]  # fmt: skip
    columns = ["outcome", "child_a", "child_b", "score", "why"]
    if rows:
        emit(rows, columns, fmt, columns if english else ["kết quả", "trẻ A", "trẻ B", "điểm", "vì sao"])
    elif fmt == "json":
        click.echo("[]")
    same, related, ask = len(found.same), len(found.related), len(found.ask)
    click.echo(
        say(
            ctx,
            f"{found.identities} danh tính của {found.children} trẻ: {same} cặp là một trẻ, {related} cặp họ hàng (hai trẻ), "
            f"{ask} cặp cần hỏi.",
            f"{found.identities} identities of {found.children} children: {same} pairs are one child, {related} are related "
            f"but distinct, {ask} need a person.",
        ),
        err=True,
    )
    if made is not None:
        click.echo(
            say(ctx, f"Đã ghi lô {made} (rút lại: childdb undo {made}).",
                f"Written as batch {made} (to take it back: childdb undo {made})."), err=True)  # fmt: skip
    return DONE


@click.command("explain")
@click.argument("one", type=int, metavar="CHILD")
@click.argument("other", type=int, metavar="CHILD")
@click.option("--names", is_flag=True, help="Hiện cả hai bên (có họ tên) / show both sides, names included.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do xem họ tên / why names are needed.")
@format_option
@click.pass_context
def explain(ctx: click.Context, one: int, other: int, names: bool, reason: str, fmt: str) -> int:
    """Vì sao hai trẻ được coi là một, hay không: từng nét so sánh, trọng số, một câu / why two children are or are not
    thought to be one: each feature, its weight in bits, a sentence."""
    from childdb.cli.match_review import show_pair
    from childdb.cli.named_list import refuse_without_reason
    from childdb.workflow.reviewing import explain_children

    refuse_without_reason(names, reason)
    with opened(ctx) as store:
        found = explain_children(store, one, other, lang=lang(ctx))
        if names:
            store.note_use(actor(), "match explain", reason, 2, now=now())
    english = lang(ctx) == "en"
    if names and fmt == "table":
        show_pair(ctx, found.pair)
    rows = [{"feature": r.comparison, "level": r.level, "bits": round(r.bits, 1), "sentence": r.en if english else r.vi}
            for r in found.doubt.reasons]  # fmt: skip
    columns = ["feature", "level", "bits", "sentence"]
    emit(rows, columns, fmt, columns if english else ["nét", "mức", "trọng số", "nghĩa là"])
    click.echo(_verdict_sentence(ctx, found.doubt.score, found.outcome, found.held_by_pattern), err=True)
    for d in found.decisions:
        word = _VERDICT[d.verdict][english]
        click.echo(
            say(ctx, f"Quyết định {d.number} ({d.made_at:%d/%m/%Y}): {word}, do {_by(d.rule, d.decided_by)}.",
                f"Decision {d.number} ({d.made_at:%d/%m/%Y}): {word}, by {_by(d.rule, d.decided_by)}."), err=True)  # fmt: skip
    return DONE


def _by(rule: str | None, who: str) -> str:
    return who if rule in (None, "person") else f"{rule} ({who})"


def _verdict_sentence(ctx: click.Context, score: float, outcome: str, held: bool) -> str:
    vi = {"same": "coi là một trẻ", "ask": "cần người xác định", "different": "coi là hai trẻ"}[outcome]
    en = {"same": "taken for one child", "ask": "left for a person", "different": "taken for two children"}[outcome]
    because_vi = " vì có dáng hai trẻ (sinh đôi, anh em, trùng tên)" if held else ""
    because_en = " because they look like two (twins, siblings, namesakes)" if held else ""
    return say(ctx, f"Xác suất là một trẻ: {score:.4f}; {vi}{because_vi}.",
               f"Probability of one child: {score:.4f}; {en}{because_en}.")  # fmt: skip


@click.command("list")
@click.option("--verdict", type=click.Choice(list(_VERDICT)), help="Chỉ một loại / of one kind only.")
@format_option
@click.pass_context
def list_(ctx: click.Context, verdict: str | None, fmt: str) -> int:
    """Các quyết định đang có hiệu lực: ai hoặc quy tắc nào, khi nào, điểm, lý do / the decisions in force."""
    from childdb.workflow.reviewing import decision_rows

    with opened(ctx) as store:
        rows = decision_rows(store, verdict)
    columns = [
        "decision",
        "batch",
        "made_at",
        "verdict",
        "child_a",
        "child_b",
        "decided_by",
        "rule",
        "score",
        "reasons",
    ]
    vi = ["số", "lô", "lúc", "quyết định", "trẻ A", "trẻ B", "do", "quy tắc", "điểm", "lý do"]
    english = lang(ctx) == "en"
    shown = rows if fmt != "table" else [r | {"verdict": _VERDICT[r["verdict"]][english]} for r in rows]
    emit(shown, columns, fmt, columns if english else vi)
    return DONE


@click.command("separate")
@click.argument("one", type=int, metavar="CHILD")
@click.argument("other", type=int, metavar="CHILD")
@reason_option
@click.pass_context
def separate(ctx: click.Context, one: int, other: int, reason: str) -> int:
    """Hai trẻ này là hai trẻ khác nhau, dù đã được nối / these are two different children, whatever linked them."""
    from childdb.workflow.reviewing import separate as apart

    with opened(ctx) as store:
        made = apart(store, one, other, actor=actor(), now=now(), reason=reason)
    click.echo(_written(ctx, made))
    return DONE


@click.command("close")
@click.argument("decision", type=int, metavar="DECISION")
@reason_option
@click.pass_context
def close(ctx: click.Context, decision: int, reason: str) -> int:
    """Đóng một quyết định: hai trẻ trở lại như trước, mỗi trẻ với dữ liệu của mình / close a decision: both children come
    back, each with its own facts."""
    from childdb.workflow.reviewing import close as closed

    with opened(ctx) as store:
        made = closed(store, decision, actor=actor(), now=now(), reason=reason)
    click.echo(_written(ctx, made))
    return DONE


def _written(ctx: click.Context, made: int | None) -> str:
    if made is None:
        return say(
            ctx, "Đã được quyết định như vậy rồi; không ghi gì thêm.", "It is decided so already; nothing written."
        )
    return say(ctx, f"Đã ghi lô {made} (rút lại: childdb undo {made}).",
               f"Written as batch {made} (to take it back: childdb undo {made}).")  # fmt: skip


COMMANDS = (scan, explain, list_, separate, close)
