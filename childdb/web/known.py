"""What takes long to know and is shown often: computed by the worker, kept beside the queue, made anew as the store grows.

Counts, figures and numbers of identities; no name stands in them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from childdb.web.page import Visit
from schemas.files import whole_file


@dataclass(frozen=True)
class Known:
    """What was computed last (empty where nothing was), whether it is of the store as it stands, and the job at it."""

    content: dict[str, Any]
    fresh: bool
    job: str | None

    def __bool__(self) -> bool:
        return bool(self.content)


def known(visit: Visit, name: str, **words: Any) -> Known:
    """What is known under NAME for these WORDS; where the store has moved on since, it is computed anew meanwhile."""
    content = _read(visit, name)
    if content.get("words") != words:
        content = {}
    batch = visit.store.last_batch()
    fresh = content.get("batch") == batch
    at_it = next(
        (j for j in visit.desk.queue.all() if j.kind == name and not j.over and j.words["words"] == words), None
    )
    if not fresh and at_it is None and not _failed_on(visit, name, batch, words):
        at_it = visit.desk.start(name, visit.viewer, {"words": words, "batch": batch})
    return Known(content, fresh, at_it.id if at_it and at_it.owner == visit.viewer.login else None)


def _read(visit: Visit, name: str) -> dict[str, Any]:
    """The file's content, read again only where it is another."""
    file = visit.desk.folder / f"known-{name}.json"
    with suppress(OSError, ValueError):
        mark = file.stat().st_mtime_ns
        kept = visit.desk.read.get(name)
        if kept is None or kept[0] != mark:
            visit.desk.read[name] = kept = (mark, json.loads(file.read_text("utf-8")))
        return kept[1]
    return {}


def _failed_on(visit: Visit, name: str, batch: int, words: dict[str, Any]) -> bool:
    """Whether it was tried on the store as it stands and could not be computed: not again and again."""
    return any(
        j.kind == name and j.state in ("failed", "cut") and j.words.get("batch") == batch and j.words["words"] == words
        for j in visit.desk.queue.all()
    )


def keep(folder: Any, name: str, content: dict[str, Any]) -> None:
    """Called by the worker."""
    with whole_file(folder / f"known-{name}.json") as out:
        out.write(json.dumps(content, ensure_ascii=False).encode("utf-8"))
