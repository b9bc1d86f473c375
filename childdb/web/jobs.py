"""Long work: a queue kept in a folder, one worker process, progress that any page can read.

A job is a folder with `job.json`, what was dropped in (`in-N.age`) and what came of it (`out-N.age`). Files are sealed, and of
`job.json` all that may name a child or a file. The worker holds a lock of the system while it lives; a job that is marked as
running when a worker starts was cut off, and is told so.
What a job writes to the store is whole transactions: after a cut the store is as before or after each of them.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from childdb.workflow.keeping import Sealer
from schemas.errors import NotFound
from schemas.files import whole_file

WAITING, RUNNING, DONE, FAILED, CUT = "waiting", "running", "done", "failed", "cut"
_NAME = re.compile(r"[0-9a-f]{32}")
_KEPT_DAYS = 14
_UPLOADING = 60 * 60  # seconds
_OPEN = ("id", "kind", "owner", "made_at", "state", "done", "total")  # what of a job stands in the clear
KNOWN = frozenset({"pairs", "due", "coverage", "figures"})


@dataclass(frozen=True)
class Job:
    """`words` is what was asked, `result` what came of it; both plain values. `done` of `total` steps, `at` the step.

    `may` and `communes` are what its owner might see and do when it was asked for (`Viewer`): it is done for, and what
    came of it is shown to, who may all of that still. Without `may` nobody asked: it was made by the program itself.
    """

    id: str
    kind: str
    owner: str
    made_at: str
    words: Mapping[str, Any] = field(default_factory=dict)
    kept: Sequence[str] = ()  # the files that came of it, by their names in the folder where it was done
    may: Sequence[str] = ()
    communes: Sequence[str] | None = None
    state: str = WAITING
    done: int = 0
    total: int = 0
    at: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    vi: str = ""  # why it failed
    en: str = ""

    @property
    def over(self) -> bool:
        return self.state not in (WAITING, RUNNING)


class Queue:
    """The jobs of one store, in FOLDER, sealed by SEALER."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self.folder, self.sealer = folder, sealer
        self._turning = threading.Lock()
        self._read: dict[str, tuple[tuple[int, int, int], Job]] = {}  # as they were read last
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def place(self, job: str) -> Path:
        if not _NAME.fullmatch(job):
            raise NotFound("Không có việc này.", "There is no such job.")
        return self.folder / job

    def new_id(self) -> str:
        made = secrets.token_hex(16)
        (self.folder / made).mkdir(mode=0o700)
        return made

    def add(
        self, kind: str, owner: str, words: Mapping[str, Any], *, now: datetime, id: str | None = None,
        may: Sequence[str] = (), communes: Sequence[str] | None = None,
    ) -> Job:  # fmt: skip
        job = Job(id or self.new_id(), kind, owner, now.isoformat(), words, may=may, communes=communes)
        self.write(job)
        return job

    def once_more(self, seen: Job, *, now: datetime, **changes: Any) -> bool:
        """A job that is over waits again, with CHANGES; False where it is not as it was SEEN (of two clicks the second)."""
        with self._turning:
            there = self.read(seen.id)
            if (there.kind, there.state) != (seen.kind, seen.state) or not there.over:
                return False
            again = Job(
                seen.id, seen.kind, seen.owner, now.isoformat(), seen.words, may=seen.may, communes=seen.communes
            )
            self.write(replace(again, **changes))
            return True

    def write(self, job: Job) -> None:
        said = asdict(job)
        clear = {name: said.pop(name) for name in _OPEN}
        sealed = self.sealer.sealed(json.dumps(said, ensure_ascii=False))
        content = json.dumps({**clear, "sealed": sealed}).encode("ascii")
        for _ in range(20):  # Windows refuses to replace a file that is being read
            try:
                with whole_file(self.place(job.id) / "job.json") as out:
                    out.write(content)
                return
            except PermissionError:
                time.sleep(0.05)
        raise PermissionError("job.json")

    def read(self, id: str) -> Job:
        file = self.place(id) / "job.json"
        for _ in range(20):
            try:
                there = file.stat()
                mark = (there.st_ino, there.st_mtime_ns, there.st_size)  # another file, once it is written anew
                kept = self._read.get(id)
                if kept is None or kept[0] != mark:
                    said = json.loads(file.read_text("ascii"))
                    job = Job(**json.loads(self.sealer.opened(said.pop("sealed"))), **said)
                    self._read[id] = kept = (mark, job)
                return kept[1]
            except (FileNotFoundError, ValueError, KeyError, TypeError) as fault:
                raise NotFound("Không có việc này.", "There is no such job.") from fault
            except PermissionError:
                time.sleep(0.05)
        raise NotFound("Không có việc này.", "There is no such job.")

    def all(self) -> list[Job]:
        """Every job that can be read, oldest first."""
        found, names = [], {p.name for p in self.folder.iterdir() if _NAME.fullmatch(p.name)}
        for name in names:
            with suppress(NotFound):
                found.append(self.read(name))
        for gone in [name for name in list(self._read) if name not in names]:  # by another process: an erasure too
            self._read.pop(gone, None)
        return sorted(found, key=lambda j: (j.made_at, j.id))

    def drop(self, id: str) -> None:
        shutil.rmtree(self.place(id), ignore_errors=True)
        self._read.pop(id, None)

    # -- its files ------------------------------------------------------------------------------------------------

    def take_in(self, id: str, number: int, source: BinaryIO) -> None:
        """A file that was dropped in, the NUMBERth of the job's `files`."""
        self.sealer.seal(source, self.place(id) / f"in-{number}.age")

    def lay_out(self, job: Job, folder: Path) -> None:
        """What was dropped in, in the clear, each in a numbered folder of its own below FOLDER/files."""
        for number, name in enumerate(job.words.get("files", ())):
            place = folder / "files" / str(number)
            place.mkdir(parents=True, mode=0o700)
            with (place / name).open("xb") as out:
                self.sealer.open(self.place(job.id) / f"in-{number}.age", out)

    def keep(self, job: Job, folder: Path) -> list[str]:
        """Seal what stands in FOLDER, and give its names; where its `files` are gone, what was dropped in goes too."""
        home, dropped = self.place(job.id), folder / "files"
        for old in [*home.glob("out-*"), *(home.glob("in-*") if not dropped.exists() else ())]:
            old.unlink()
        made = sorted(p for p in folder.rglob("*") if p.is_file() and dropped not in p.parents)
        for number, path in enumerate(made):
            with path.open("rb") as source:
                self.sealer.seal(source, home / f"out-{number}.age")
        return [path.relative_to(folder).as_posix() for path in made]

    def fetched(self, job: Job, name: str) -> bytes:
        """A file that came of a job."""
        if name not in job.kept:
            raise NotFound("Không có tệp này.", "There is no such file.")
        return self.sealer.read(self.place(job.id) / f"out-{job.kept.index(name)}.age")

    # -- their order and their end --------------------------------------------------------------------------------

    def sweep(self, now: datetime) -> None:
        """Jobs that nobody will look at any more or that cannot be read, and folders in which an upload was broken off."""
        jobs = self.all()
        for job in jobs:
            if job.over and (now - datetime.fromisoformat(job.made_at)).days >= _KEPT_DAYS:
                self.drop(job.id)
        for place in self.folder.iterdir():
            if _NAME.fullmatch(place.name) and place.name not in {j.id for j in jobs}:
                with suppress(OSError):
                    if now.timestamp() - place.stat().st_mtime > _UPLOADING:
                        shutil.rmtree(place, ignore_errors=True)

    def thin_out(self, kinds: frozenset[str], last: str) -> None:
        """Of what is computed again and again the job at its end is kept alone: what came of it stands elsewhere."""
        for job in self.all():
            if job.kind in kinds and job.state == DONE and job.id != last:
                self.drop(job.id)

    def cut_off(self) -> None:
        """What ran when its worker ended is told so; called by a worker that has just taken the lock."""
        for job in self.all():
            if job.state == RUNNING:
                self.write(replace(job, state=CUT))

    def waiting(self) -> Iterator[Job]:
        """What waits, in its order; what is computed for later after what somebody asked for."""
        return iter(sorted((j for j in self.all() if j.state == WAITING), key=lambda j: j.kind in KNOWN))


class Worker:
    """The worker's process: started when there is work, started again when it has died, ended with us."""

    def __init__(self, store: Mapping[str, str | None], queue: Queue) -> None:
        self._first_line = json.dumps({**store, "folder": str(queue.folder)}) + "\n"
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def wake(self) -> None:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._shut()
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "childdb.web.worker"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                )  # fmt: skip
                self._say(self._first_line)
            self._say("\n")

    def _say(self, line: str) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101  (a pipe was asked for)
        with suppress(OSError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """No more work: the job at hand is brought to its end, then the process goes by itself."""
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
