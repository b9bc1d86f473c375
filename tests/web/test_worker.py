"""Long work outlives what breaks off: the worker killed in the middle, the program ended and started again, a fault in a task."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pyrage

from childdb.web.jobs import CUT, DONE, FAILED, RUNNING, WAITING, Queue, Worker
from childdb.web.worker import Progress, work
from childdb.workflow.keeping import Sealer
from childdb.workflow.opening import open_store
from tests.web.conftest import Office

NOW = datetime.now(UTC)


def queue_at(folder):
    store = open_store(str(folder / "s.db"), folder / "k")
    made = Queue(folder / "jobs", Sealer.of(store, folder))
    store.close()
    return made


def until(queue, id, *states):
    end = time.monotonic() + 60
    while queue.read(id).state not in states:
        assert time.monotonic() < end, queue.read(id)
        time.sleep(0.05)
    return queue.read(id)


def dropped(queue, book):
    """A job's number, with a workbook in its folder as a page leaves it."""
    id = queue.new_id()
    with book.open("rb") as source:
        queue.take_in(id, 0, source)
    return id


def test_a_killed_worker_leaves_the_store_as_it_was_and_the_job_is_told_and_done_again(tmp_path):
    office = Office(tmp_path)
    assert office.run("init") == 0
    queue = queue_at(tmp_path)
    id = dropped(queue, office.workbook())
    queue.add("import", "x", {"files": ["tre-em.xlsx"], "said": {}}, now=NOW, id=id)
    worker = Worker({"db": str(tmp_path / "s.db"), "key_file": str(tmp_path / "k")}, queue)
    worker.wake()
    until(queue, id, RUNNING, DONE)
    worker._process.kill()
    worker._process.wait()
    assert queue.read(id).state == RUNNING  # nobody is left to say otherwise
    store = office.opened()
    assert [b.kind for b in store.batches()] == ["reference"]
    later = queue.add("preview", "x", {"files": [], "said": {}}, now=NOW)
    left = tmp_path / "dang-lam" / "files"  # in the clear, as the killed worker may have left it
    left.mkdir(parents=True, exist_ok=True)
    worker.wake()  # another process, which finds what was cut off
    until(queue, later.id, DONE, FAILED)
    assert queue.read(id).state == CUT and not left.exists()
    queue.add("import", "x", {"files": ["tre-em.xlsx"], "said": {}}, now=NOW, id=id)
    worker.wake()
    assert until(queue, id, DONE).result["files"][0]["sheets"][0]["counts"]["new"] == 3
    assert [b.kind for b in store.batches()] == ["reference", "import"]
    assert not list(queue.place(id).glob("in-*"))  # the workbook is not kept once it is in
    store.close()
    worker.close()
    assert worker._process.wait(30) == 0


def test_two_programs_have_one_worker_at_a_time(tmp_path):
    office = Office(tmp_path)
    assert office.run("init") == 0
    queue = queue_at(tmp_path)
    line = f'{{"db": "{tmp_path / "s.db"}", "key_file": "{tmp_path / "k"}", "folder": "{queue.folder}"}}\n'
    words = [sys.executable, "-m", "childdb.web.worker"]
    first, second = (subprocess.Popen(words, stdin=subprocess.PIPE, text=True) for _ in range(2))
    for process in (first, second):
        process.stdin.write(line)
        process.stdin.flush()
    time.sleep(1.5)
    job = queue.add("undo_preview", "x", {"batch": 77}, now=NOW)
    for process in (first, second):
        process.stdin.write("\n\n")
        process.stdin.close()
    assert [process.wait(60) for process in (first, second)] == [0, 0]
    found = queue.read(job.id)
    assert (found.state, found.vi) == (FAILED, "Không có lô 77.")


def test_a_fault_in_a_task_tells_its_kind_and_no_data(tmp_path, monkeypatch):
    from childdb.web import tasks

    def broken(job, store, progress, place):
        raise KeyError("Lò Văn An")

    office = Office(tmp_path)
    assert office.run("init") == 0
    queue = queue_at(tmp_path)
    monkeypatch.setitem(tasks.TASKS, "broken", broken)
    job = queue.add("broken", "x", {}, now=NOW)
    work(queue, job, str(tmp_path / "s.db"), tmp_path / "k")
    found = queue.read(job.id)
    assert found.state == FAILED and "KeyError" in found.vi and "Lò Văn An" not in found.vi + found.en


def test_what_somebody_asked_for_comes_before_what_is_computed_for_later(tmp_path):
    queue = Queue(tmp_path, Sealer(str(pyrage.x25519.Identity.generate())))
    for kind in ("pairs", "due", "import", "figures", "preview"):
        queue.add(kind, "x", {}, now=NOW)
    kinds = [j.kind for j in queue.waiting()]
    assert set(kinds[:2]) == {"import", "preview"}


def test_progress_is_told_and_old_jobs_go(tmp_path):
    queue = Queue(tmp_path, Sealer(str(pyrage.x25519.Identity.generate())))
    job = queue.add("import", "x", {}, now=NOW)
    Progress(queue, job)(3, 10, "tre-em.xlsx")
    assert (queue.read(job.id).done, queue.read(job.id).at) == (3, "tre-em.xlsx")
    queue.sweep(NOW + timedelta(days=90))
    assert [j.state for j in queue.all()] == [WAITING]  # what is not over is kept
