"""Reference pages of the catalogue, written from the definitions: `python -m indicators.pages docs/indicators`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from indicators.definition import Count, Definition
from indicators.estimators import assumptions
from indicators.loader import catalogue, not_computed
from indicators.prepare.contracts import SOURCES

MARK = {"confirmed": "", "confirmed_one_copy": " (one copy seen)", "recalled": " (recalled)"}


def pages() -> dict[str, str]:
    """File name -> Markdown: an index, a page per domain, and what is not computed."""
    domains: dict[str, list[Definition]] = defaultdict(list)
    for definition in catalogue().values():
        domains[definition.domain].append(definition)
    found = {f"{name}.md": _text(_domain(name, entries)) for name, entries in sorted(domains.items())}
    return {"README.md": _text(_index(domains)), **found, "not_computed.md": _text(_not_computed())}


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _index(domains: dict[str, list[Definition]]) -> Iterator[str]:
    yield "# Indicators"
    yield ""
    yield "Written by `python -m indicators.pages docs/indicators`; the definitions are in `indicators/catalogue/`."
    for name, entries in sorted(domains.items()):
        yield f"\n## [{name}]({name}.md)\n"
        for d in entries:
            yield f"- [{d.id}]({name}.md#{d.id}): {d.title['en']} ({d.title['vi']}){MARK[d.confidence]}"
    yield "\nTargets that a district's records cannot answer: [not_computed.md](not_computed.md)."
    yield "\n## Prepared sources\n"
    for source in SOURCES.values():
        yield f"- `{source.name}`: {source.says}"


def _domain(name: str, entries: list[Definition]) -> Iterator[str]:
    yield f"# {name}"
    for d in entries:
        yield f'\n<a id="{d.id}"></a>\n## {d.title["en"]}\n'
        yield f"{d.title['vi']}. `{d.id}`, {d.kind}, {d.unit}; programmes: {', '.join(d.programmes)}.\n"
        yield from _rule(d)
        if d.note:
            yield f"\n{d.note['en']}"
        yield "\nLegal source:\n"
        for s in d.legal_sources:
            yield f"- {s.instrument}, {s.provision}, in force {s.in_force}{MARK[s.confidence]}: {s.source}"
        yield from _targets(d)


def _rule(d: Definition) -> Iterator[str]:
    if d.kind == "estimator":
        yield f"Estimated by `{d.estimator}`. {assumptions(d.estimator or '')['en']}"
        return
    if d.kind == "ratio":
        yield from (f"- above the line: {_count(c)}" for c in d.numerator)
        yield from (f"- below the line: {_count(c)}" for c in d.denominator)
        yield f"- times {d.per}"
        return
    yield f"- belongs (`{d.source}`): `{d.population}`"
    yield f"- {'value' if d.value else 'counts'}: `{d.value or d.condition}`"
    if d.groups:
        yield f"- groups: {', '.join(d.groups)}"


def _count(count: Count) -> str:
    what = f"sum of `{count.value}` over" if count.value else "rows of"
    return f"{what} `{count.source}` where `{count.where}`"


def _targets(d: Definition) -> Iterator[str]:
    if not d.targets:
        return
    yield "\n| document | area | year | target | mark |\n|---|---|---|---|---|"
    for t in d.targets:
        yield f"| {t.document} | {t.scope} | {t.year or ''} | {t.comparator} {t.value} | {t.confidence} |"


def _not_computed() -> Iterator[str]:
    yield "# Not computed, and what data would be needed"
    for entry in not_computed().values():
        yield f"\n- `{entry['id']}`: {entry['en']} ({entry['vi']}). {entry['needs_en']} {entry['needs_vi']}"


def write_pages(folder: Path) -> None:
    """Write the pages; files of the folder that are none of them are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
