"""The worker: one process that does long work in its order. The first line of its input names store and queue; each
further line wakes it; when the input ends it goes, after the job at hand."""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from childdb.web.jobs import DONE, FAILED, KNOWN, RUNNING, Job, Queue
from childdb.workflow.keeping import Sealer
from schemas.errors import CheckFailed, ChildDBError, NotAllowed
from schemas.files import file_lock

if TYPE_CHECKING:
    from childdb.workflow.opening import Store

_TELL_EVERY = 0.3  # seconds


def main() -> None:
    words = json.loads(sys.stdin.readline())
    folder = Path(words["folder"])
    queue = Queue(folder, Sealer.found(folder.parent, Path(words["key_file"]) if words["key_file"] else None))
    with ExitStack() as held:
        _take_lock(held, queue)
        shutil.rmtree(_workshop(queue), ignore_errors=True)  # in the clear, of a job that was cut off
        queue.cut_off()
        queue.sweep(datetime.now(UTC))
        for _ in sys.stdin:
            while job := next(queue.waiting(), None):
                work(queue, job, words["db"], Path(words["key_file"]) if words["key_file"] else None)
                queue.thin_out(KNOWN, job.id)


def _take_lock(held: ExitStack, queue: Queue) -> None:
    """An earlier worker brings its job to an end first."""
    while True:
        try:
            held.enter_context(file_lock(queue.folder / "worker.lock"))
            return
        except BlockingIOError:
            time.sleep(0.5)


class Progress:
    """What a task calls to say how far it is."""

    def __init__(self, queue: Queue, job: Job) -> None:
        self._queue, self._job, self._told = queue, job, 0.0

    def __call__(self, done: int, total: int, at: str = "") -> None:
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._queue.write(replace(self._job, done=done, total=total, at=at))
            self._told = time.monotonic()


def work(queue: Queue, job: Job, db: str | None, key_file: Path | None) -> None:
    """One job from waiting to its end; what goes wrong becomes its sentence, never a traceback."""
    from childdb.web.tasks import FORGOTTEN, TASKS
    from childdb.workflow.disk import disk_faults_named, workshop
    from childdb.workflow.erasing import erasures
    from childdb.workflow.opening import open_store

    running = replace(job, state=RUNNING)
    queue.write(running)
    try:
        store = open_store(db, key_file)
        try:
            _still_allowed(running, store)
            before = erasures(store)
            with disk_faults_named(), workshop(_workshop(queue)) as place:
                queue.lay_out(running, place)
                result = TASKS[job.kind](running, store, Progress(queue, running), place)
                if job.kind != "erase" and erasures(store) != before:
                    raise CheckFailed("Trong khi làm có trẻ vừa được xóa hẳn; làm lại.",
                                      "A child was erased meanwhile; do it again.")  # fmt: skip
                kept = queue.keep(job, place)
        finally:
            store.close()
    except ChildDBError as fault:
        queue.write(replace(running, state=FAILED, vi=fault.vi, en=fault.en))
    except MemoryError:
        queue.write(replace(running, state=FAILED, vi="Hết bộ nhớ; đóng bớt chương trình rồi thử lại.",
                            en="Out of memory; close programs and try again."))  # fmt: skip
    except Exception as fault:  # its text may hold a child's data: only its kind is told
        queue.write(replace(running, state=FAILED, vi=f"Lỗi không ngờ trong chương trình ({type(fault).__name__}).",
                            en=f"An unforeseen fault in the program ({type(fault).__name__})."))  # fmt: skip
    else:
        words = {k: v for k, v in running.words.items() if k not in FORGOTTEN.get(job.kind, ())}
        queue.write(replace(running, state=DONE, done=1, total=1, result=result, kept=kept, words=words))


def _workshop(queue: Queue) -> Path:
    """Where the job at hand has its files in the clear: one folder, gone at its end and at the next start."""
    return queue.folder.parent / "dang-lam"


def _still_allowed(job: Job, store: Store) -> None:
    """Who asked over the network may have lost the right while the job waited."""
    from childdb.web.viewer import ALONE, viewer_of
    from childdb.workflow.people import standing

    if not job.may or ALONE in job.may or job.kind in KNOWN:  # what is computed is for all, each the own part
        return
    now = standing(store, job.owner)
    if now is None or not viewer_of(now.rights).covers(job.may, job.communes):
        raise NotAllowed("Người yêu cầu không còn quyền làm việc này.",
                         "Who asked for this has the right no more.")  # fmt: skip


if __name__ == "__main__":
    main()
