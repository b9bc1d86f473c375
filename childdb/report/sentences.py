"""Sentences from results, by rules: never more than the figure allows, each number bound to its result.

`figure_sentences` is the whole of it: value and count, change, target, unknown records, communes that stand out, and
what the change is made of. Every function gives pieces: text, and numbers that are bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from childdb.report.change import FELL, ROSE, SAME, UNCLEAR, direction
from childdb.report.figure import Bound, Count, Figure, Judged, Piece, Pieces
from childdb.report.numbers import SIGNS, day

SMALL = 5
"""Causes that concern fewer are told together: a single death or move is nobody's business outside."""

WORDS: Mapping[str, tuple[str, str]] = {
    "is": ("{title}: {value}", "{title}: {value}"),
    "counts": (" ({n}/{d})", " ({n} of {d})"),
    "none": ("{title}: chưa có số liệu để tính", "{title}: no data to compute it from"),
    "hidden": ("{title}: không nêu con số, để không lộ thông tin của trẻ em", "{title}: not shown, so that no child can be told"),
    "rose": (", tăng {by} so với {when} ({before})", ", up {by} from {when} ({before})"),
    "fell": (", giảm {by} so với {when} ({before})", ", down {by} from {when} ({before})"),
    "same": (", không đổi so với {when}", ", unchanged since {when}"),
    "unclear": (", chưa thấy thay đổi rõ rệt so với {when} ({before})", ", no clear change since {when} ({before})"),
    "then": (", khi đó biết là {then}", ", known then as {then}"),
    "unknown": (
        "; chưa kết luận được tăng hay giảm so với {when} ({before}) vì còn hồ sơ chưa rõ",
        "; whether it rose or fell since {when} ({before}) cannot be told while records are unknown",
    ),
    "met": ("; đạt {goal}", "; meets {goal}"),
    "not_met": ("; chưa đạt {goal}", "; does not meet {goal}"),
    "cannot_tell": ("; chưa kết luận được là đạt hay chưa đạt {goal}", "; whether it meets {goal} cannot be told"),
    "goal": ("mức {sign} {when}theo {document}", "the target of {sign} {when}of {document}"),
    "more_up": (" (còn thiếu {more})", " ({more} more needed)"),
    "more_down": (" (cần giảm {more})", " ({more} too many)"),
    "recalled_target": ("do mức này chưa được đối chiếu với văn bản", "for this target has not been checked against the document"),
    "unknown_records_span_the_target": ("do còn hồ sơ chưa rõ", "while records are unknown"),
    "small_numbers": ("do số trường hợp ít", "for the numbers are small"),
    "settle": (", cần xác minh ít nhất {n} hồ sơ", ", at least {n} records must be verified"),
    "too_open": (
        "{title}: mới rõ {d} trường hợp, còn {n} trường hợp chưa rõ nên chưa nêu được con số",
        "{title}: {d} cases are known and {n} are not, so no figure can be given",
    ),
    "unknown_n": ("{n} trường hợp chưa rõ có được tính hay không", "{n} cases of which it is not known whether they count"),
    "doubtful_n": ("{n} trường hợp chưa rõ có thuộc diện hay không", "{n} of which it is not known whether they belong"),
    "and": (" và ", " and "),
    "open": ("Còn {n}; biết đủ thì con số nằm từ {low} đến {high}", "There are {n}; once known the figure lies between {low} and {high}"),
    "open_alike": ("Còn {n}, không làm thay đổi con số đã nêu", "There are {n}, which do not change the figure as written"),
    "open_unbounded": ("Còn {n}, chưa tính trong con số trên", "There are {n}, not counted in the figure"),
    "above": ("cao hơn hẳn mức chung", "clearly above the whole"),
    "below": ("thấp hơn hẳn mức chung", "clearly below the whole"),
    "why": ("Số trường hợp được tính thay đổi do: ", "The cases counted changed by: "),
    "recalled": ("Con số dựa trên định nghĩa chưa được đối chiếu với văn bản", "The figure rests on a definition not checked against the document"),
}  # fmt: skip
PARTS: Mapping[str, tuple[str, str]] = {
    "definition": ("đổi định nghĩa", "a changed definition"),
    "geography": ("đổi địa giới", "changed boundaries"),
    "identity": ("gộp, tách hồ sơ trùng", "records found to be one child or two"),
    "withdrawn": ("rút lại danh sách", "lists taken back"),
    "correction": ("sửa, bổ sung hồ sơ", "corrections"),
    "returns": ("báo cáo bổ sung", "later returns"),
    "moved": ("chuyển đến, chuyển đi", "moves"),
    "died": ("tử vong", "deaths"),
    "aged_out": ("quá tuổi", "children grown out of the age"),
    "aged_in": ("đến tuổi", "children grown into the age"),
    "events": ("việc phát sinh trong kỳ", "events of the period"),
    "new": ("trẻ mới lập hồ sơ", "children newly recorded"),
    "other": ("nguyên nhân khác", "other causes"),
}
_SLOT = re.compile(r"\{(\w+)\}")


def say(key: str, lang: str, **slots: Piece | Sequence[Piece]) -> Pieces:
    """A phrase of WORDS with its slots filled."""
    return fill(WORDS[key][lang == "en"], **slots)


def fill(phrase: str, **slots: Piece | Sequence[Piece]) -> Pieces:
    """PHRASE with each {slot} replaced by a text, a bound number or several pieces."""
    pieces: list[Piece] = []
    at = 0
    for found in _SLOT.finditer(phrase):
        pieces.append(phrase[at : found.start()])
        value = slots[found[1]]
        pieces.extend([value] if isinstance(value, (str, Bound)) else value)
        at = found.end()
    return tuple(p for p in (*pieces, phrase[at:]) if p != "")


def figure_sentences(figure: Figure, lang: str, *, documents: Sequence[str] = ()) -> list[Pieces]:
    """What is said of a figure, in order; DOCUMENTS are those whose targets come first (the programme's own)."""
    if figure.hidden:
        return [(*say("hidden", lang, title=figure.title), ".")]
    if figure.value is None:
        return [(*say("none", lang, title=figure.title), "."), *_unknown(figure, lang)]
    if figure.too_open:
        known, n = figure.bound("denominator", lang), figure.bound("unknown", lang)
        return [(*say("too_open", lang, title=figure.title, d=known, n=n), ".")]
    goal = chosen_goal(figure, documents)
    first = (*_value(figure, lang), *_change(figure, lang), *(_verdict(figure, goal, lang) if goal else ()), ".")
    return [first, *_unknown(figure, lang), *_apart(figure, lang), *_why(figure, lang)]


def plain_text(pieces: Sequence[Piece]) -> str:
    return "".join(p if isinstance(p, str) else p.text for p in pieces)


def chosen_goal(figure: Figure, documents: Sequence[str] = ()) -> Judged | None:
    """The goal a sentence speaks of: of the programme's own document, confirmed before recalled, local before national."""
    told = [j for j in figure.judged if j.verdict in ("met", "not_met", "cannot_tell")]
    ranked = sorted(
        told,
        key=lambda j: (short_document(j.document) not in documents, j.confidence == "recalled", j.yardstick, j.number),
    )
    return ranked[0] if ranked else None


def _value(figure: Figure, lang: str) -> Pieces:
    said = say("is", lang, title=figure.title, value=figure.bound("value", lang))
    if figure.kind in ("share", "ratio", "units_meeting") and figure.denominator is not None:
        said += say("counts", lang, n=figure.bound("numerator", lang), d=figure.bound("denominator", lang))
    return said


def _change(figure: Figure, lang: str) -> Pieces:
    how = direction(figure)
    before = figure.before
    if how is None or before is None:
        return ()
    slots: dict[str, Piece | Sequence[Piece]] = {"when": day(before.as_of, lang)}
    if how != SAME:
        then = told_otherwise(figure, lang)
        slots["before"] = (before.bound("value", lang), *(say("then", lang, then=then) if then else ()))
    if how in (ROSE, FELL):
        points = {"vi": " điểm phần trăm", "en": " percentage points"}[lang] if figure.measure == "percent" else ""
        slots["by"] = (figure.bound(f"diff.{before.run}", lang), points)
    return say(how if how in (ROSE, FELL, SAME, UNCLEAR) else "unknown", lang, **slots)


def told_otherwise(figure: Figure, lang: str, name: str = "value") -> Bound | None:
    """The figure before as it was known then, where it reads otherwise than as known now."""
    then, before = figure.then, figure.before
    if then is None or before is None or then.hidden or then.value is None or then.too_open:
        return None
    told = then.bound(name, lang)
    return None if told.text == before.bound(name, lang).text else told


def goal_words(figure: Figure, goal: Judged, lang: str) -> Pieces:
    """The target in words, its year where it is not that of the figure, its document."""
    vi = lang == "vi"
    sign = fill(
        SIGNS[goal.comparator][lang == "en"].replace("{}", "{x}"), x=figure.bound(f"target.{goal.number}", lang)
    )
    when = {
        "dated": f"năm {goal.year} " if vi else f"for {goal.year} ",
        "not_yet_due": f"đến năm {goal.year} (chưa đến hạn) " if vi else f"for {goal.year} (not yet due) ",
        "interpolated": f"của năm {goal.year} (tính theo lộ trình) " if vi else f"for {goal.year} (on the path between two targets) ",
    }.get(goal.basis, "")  # fmt: skip
    return say("goal", lang, sign=sign, when=when, document=short_document(goal.document))


def short_document(document: str) -> str:
    """A document's kind and number, without its date: QĐ 23/QĐ-TTg."""
    return re.sub(r"\s*\(?\d{1,2}/\d{1,2}/\d{4}\)?.*$", "", document).rstrip(" ,;")


def _verdict(figure: Figure, goal: Judged, lang: str) -> Pieces:
    said = say(goal.verdict, lang, goal=goal_words(figure, goal, lang))
    if goal.verdict == "not_met" and goal.more and figure.kind == "share":
        way = "more_up" if goal.comparator in (">=", ">") else "more_down"
        unit = " trẻ" if lang == "vi" else " children"
        said += say(way, lang, more=(figure.bound(f"more.{goal.number}", lang), unit))
    if goal.verdict == "cannot_tell" and goal.reason in WORDS:
        said += (" ", *say(goal.reason, lang))
        if goal.settle and not figure.few:  # beside “dưới 5” it would tell more
            said += say("settle", lang, n=figure.bound(f"settle.{goal.number}", lang))
    return said


def _unknown(figure: Figure, lang: str) -> list[Pieces]:
    if not figure.open_records:
        return []
    n: list[Piece] = []
    for name, words in (("unknown", "unknown_n"), ("population_unknown", "doubtful_n")):
        if getattr(figure, name):
            n += [*(say("and", lang) if n else ()), *say(words, lang, n=figure.bound(name, lang))]
    if figure.low is None or figure.high is None:
        return [(*say("open_unbounded", lang, n=n), ".")]
    low, high = figure.bound("low", lang), figure.bound("high", lang)
    if figure.value is not None and low.text == high.text == figure.bound("value", lang).text:
        return [(*say("open_alike", lang, n=n), ".")]
    return [(*say("open", lang, n=n, low=low, high=high), ".")]


def _apart(figure: Figure, lang: str) -> list[Pieces]:
    said: list[Piece] = []
    for side in ("above", "below"):
        named = [f for f, where in figure.apart if where == side]
        if named:
            said += ["; "] if said else []
            said += [*say(side, lang), ": "]
            for place, f in enumerate(named):
                said += [", " if place else "", f.unit_name, " (", f.bound("value", lang), ")"]
    if not said:
        return []
    said[0] = str(said[0])[0].upper() + str(said[0])[1:]
    return [(*(p for p in said if p != ""), ".")]


def _why(figure: Figure, lang: str) -> list[Pieces]:
    """The parts of the change of the numerator, the largest first; those below SMALL together, without their number."""
    before = figure.before
    if before is None or direction(figure) not in (ROSE, FELL) or not figure.parts:
        return []
    told = sorted(large_parts(figure.parts), key=lambda p: -abs(figure.parts[p][0]))
    if not told:
        return []
    said: list[Piece] = [*say("why", lang)]
    for place, name in enumerate(told):
        sign = "+" if figure.parts[name][0] > 0 else "−"
        said += [
            ", " if place else "",
            PARTS[name][lang == "en"],
            f" {sign}",
            figure.bound(f"part.{before.run}.{name}", lang),
        ]
    if any(count[0] and name not in told for name, count in figure.parts.items()):
        said += [", ", PARTS["other"][lang == "en"]]
    return [(*(p for p in said if p != ""), ".")]


def large_parts(parts: Mapping[str, Count]) -> list[str]:
    return [name for name, count in parts.items() if abs(count[0]) >= SMALL and name in PARTS]


def recalled_mark(figure: Figure) -> str:
    """A star behind a title whose definition nobody has checked against the document."""
    return "*" if figure.confidence == "recalled" else ""


def tally(figures: Sequence[Figure], documents: Sequence[str]) -> dict[str, int]:
    """How many figures meet, do not meet, or cannot be told against their chosen goal."""
    found = {"met": 0, "not_met": 0, "cannot_tell": 0, "no_data": 0}
    for figure in figures:
        goal = chosen_goal(figure, documents)
        if goal is not None:
            found[goal.verdict] += 1
        elif any(j.verdict == "no_data" for j in figure.judged):
            found["no_data"] += 1
    return found
