"""The fault driver: one scheduled job, one fault, and what must be true after it, after the next run, and after one more.

Real processes (tests/workflow/job_server.py), real servers on the loopback (tests/exchange/servers.py), real stores, disks
that are really full (a small file system of its own, where this user may mount one), and a province that takes what
arrives with the real `receive` and answers. A fault is a function of a case that breaks something, runs the job, and mends
what a person would mend.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from childdb.exchange import package
from childdb.exchange.carriers import RECEIPT, file_sha256
from childdb.exchange.inbox import Inbox
from childdb.exchange.sealing import unseal
from childdb.exchange.signing import package_signer
from childdb.store import ledger
from childdb.workflow.destinations import beside_store, outbox
from childdb.workflow.sent_status import status
from tests.exchange.servers import USER, SftpPlace
from tests.workflow.office import Office, copy

DUE = datetime(2024, 12, 5, 8, 0, tzinfo=UTC)
CHILDREN, HELD = 3, 1
CARRIERS = ("folder", "sftp", "https")


class Jobs:
    """Jobs as processes; one is started, killed, waited for."""

    def __init__(self):
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.workflow.job_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _ask(self, words):
        self._server.stdin.write(json.dumps(words) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())

    def start(self, office, now=DUE, limit=None):
        """`schedule run` of an office."""
        words = {"db": str(office.db), "key_file": str(office.key_file), "now": now.isoformat()}
        return self._start("schedule run", office, limit, words)

    def start_receive(self, office, sealed, limit=None):
        """`receive` of the province that stands beside the office."""
        words = {"sealed": str(sealed), "folder": str(office.place / "tinh"), "ring": str(office.province.path),
                 "now": DUE.isoformat()}  # fmt: skip
        return self._start("receive", office, limit, words)

    def _start(self, kind, office, limit, words):
        temporary = office.place / "tmp"
        temporary.mkdir(exist_ok=True)
        said = office.place.with_name(office.place.name + ".said")
        return self._ask({"start": [kind, words | {"said": str(said), "temporary": str(temporary), "limit": limit}]})

    def wait(self, job):
        return self._ask({"wait": job})

    def run(self, office, now=DUE, limit=None):
        return self.wait(self.start(office, now, limit))

    def close(self):
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()


class SmallDisk:
    """A file system of its own over a folder, made as small as what stands on it and a little more."""

    def __init__(self, place):
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        mounted("-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", place)

    def leave(self, room):
        found = os.statvfs(self.place)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize
        mounted("-o", f"remount,size={(used + room) // 1024 + 1}k", self.place)

    def grow(self):
        mounted("-o", "remount,size=64m", self.place)

    def go(self):
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)


def mounted(*words):
    subprocess.run(["mount", *map(str, words)], check=True, capture_output=True)


def may_mount(folder):
    """Whether this user may make a small file system here."""
    try:
        SmallDisk(folder).go()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@dataclass
class World:
    """The servers, the templates (nothing made; made and not sent), and how long a job takes without a fault."""

    folder: Path
    jobs: Jobs
    fresh: Office
    made: Office
    sftp: tuple[int, str]
    https: tuple[int, Path, object]
    mounts: bool
    seconds: dict[str, float] = field(default_factory=dict)
    opened: dict[str, bool] = field(default_factory=dict)


class Case:
    """One office of its own with one destination, and the receiver's side of it."""

    def __init__(self, world, number, carrier, made, small=None):
        """SMALL is whose disk will be full: "office" or "there", the receiver's."""
        self.world, self.carrier, self.made, self.random = world, carrier, made, random.Random(number)
        self.name = f"case-{number}"
        place, self.disk = world.folder / self.name, None
        if small == "office" and world.mounts:
            self.disk = SmallDisk(place)
        self.office = copy(world.made if made else world.fresh, place)
        self.place = self.office.stick if carrier == "folder" else world.folder / "sftp" / self.name
        self.place.mkdir(exist_ok=True)
        if small == "there" and world.mounts:
            self.disk = SmallDisk(self.place)
        if carrier == "folder":
            self.office.set()
        elif carrier == "sftp":
            port, host_key = world.sftp
            self.office.set(carrier="sftp", address=f"sftp://{USER}@127.0.0.1:{port}/{self.name}", host_key=host_key,
                            login_key_file=str(world.folder / "login"))  # fmt: skip
        else:
            port, cert, _ = world.https
            self.office.set(carrier="https", address=f"https://127.0.0.1:{port}/{self.name}", authority_file=str(cert))
        SftpPlace.behave()
        world.https[2].faults = []

    def close(self):
        self.office.close()
        if self.disk:
            self.disk.go()

    @property
    def shelf(self):
        return self.world.https[2]

    @property
    def said(self):
        return self.office.place.with_name(self.name + ".said").read_text("utf-8")

    def visible(self):
        """Packages as the receiver sees them: number -> content of each time it was given."""
        if self.carrier == "https":
            found = {path: kept for path, kept in self.shelf.files.items() if path.startswith(f"/{self.name}/")}
            return {path.rsplit("/", 1)[1].removesuffix(".age"): kept for path, kept in found.items()}
        return {p.stem: [p.read_bytes()] for p in self.place.glob("*.age")}

    def run(self, now=DUE, limit=None):
        return self.world.jobs.run(self.office, now, limit)

    def killed(self, job, longest):
        """The job, killed at a random moment; its code tells whether the kill came before its end."""
        time.sleep(self.random.uniform(0, longest))
        with suppress(ProcessLookupError):
            os.kill(job, signal.SIGKILL)
        return self.world.jobs.wait(job)

    def open_sealed(self, content):
        """Whether what the receiver sees is a whole package, signed by the office (judged once for the same bytes)."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self.world.opened:
            with tempfile.TemporaryDirectory() as place:
                sealed, folder = Path(place) / "p.age", Path(place) / "p"
                sealed.write_bytes(content)
                unseal(sealed, folder, self.office.province.live("opening"))
                signer = package_signer(folder, [e for e in self.office.province.entries if e.kind == "sender"])
                found = package.check(folder)
                counts = found.manifest["counts"]
                whole = (counts["records"], counts["held"]) == (CHILDREN - HELD, HELD)
                self.world.opened[digest] = found.good and signer.name == "huyện" and whole
        return self.world.opened[digest]

    # -- the province ---------------------------------------------------------------------------------------------

    def arrived(self):
        """The sealed file that the province has, as a file."""
        ((number, contents),) = self.visible().items()
        if self.carrier != "https":
            return self.place / f"{number}.age"
        sealed = self.world.folder / "arrived" / f"{number}.age"  # on the disk of the server
        sealed.parent.mkdir(exist_ok=True)
        sealed.write_bytes(contents[0])
        return sealed

    def start_receive(self, limit=None):
        return self.world.jobs.start_receive(self.office, self.arrived(), limit)

    def receive(self, limit=None):
        return self.world.jobs.wait(self.start_receive(limit))

    def receipt(self):
        (file,) = (self.office.place / "tinh" / "receipts").glob("*.json")
        return file.read_bytes()

    def put_receipt(self, content):
        ((number, _),) = self.visible().items()
        if self.carrier == "https":
            self.shelf.receipts[f"/{self.name}/{number}{RECEIPT}"] = content
        else:
            (self.place / (number + RECEIPT)).write_bytes(content)

    def answered(self):
        """The province takes what arrived, and puts its receipt where the office looks for it."""
        assert self.receive() == 0, self.said
        self.put_receipt(self.receipt())

    def answer_stands_once(self):
        """The next runs take the receipt in, once; a second receive says the same; the province has every child once."""
        assert self.run(DUE + timedelta(hours=3)) == 0, self.said
        (run,) = [r for r in ledger.runs(self.office.store) if not r.lost]
        assert (run.state, run.answer.verdict, run.answer.content["reasons"]) == ("accepted", "accepted", [])
        before = self.receipt()
        assert self.receive() == 0, self.said
        assert self.receipt() == before, "another answer to the same package"
        assert self.run(DUE + timedelta(hours=4)) == 0, self.said
        (again,) = [r for r in ledger.runs(self.office.store) if not r.lost]
        assert again == run, "answered or sent twice"
        folder = self.office.place / "tinh"
        with Inbox(folder, self.office.province).district("huyện") as district:
            assert district.last.number == run.counts["number"]
            assert len({r["child_key"] for r in district.records}) == len(district.records) == CHILDREN - HELD
        assert list((folder / "snapshot").glob("child/district=*/part-0.parquet"))
        left = [p for p in folder.rglob("*") if p.is_file() and p.suffix == ".part"]
        assert not left, "half a file in the province's folder"
        (line,) = [one for one in status(self.office.store, now=DUE) if one.state != "lost"]
        assert line.state == "accepted"

    # -- what must be true ----------------------------------------------------------------------------------------

    def nothing_half_nothing_double(self):
        runs = {r.counts["number"]: r for r in ledger.runs(self.office.store)}
        seen = self.visible()
        for number, contents in seen.items():
            assert len(set(contents)) == 1, "two contents under one number"
            assert self.open_sealed(contents[0]), "the receiver sees a package that is not whole"
            assert hashlib.sha256(contents[0]).hexdigest() == runs[number].counts["sealed_sha256"]
        for number, run in runs.items():
            assert sum(a.outcome == ledger.DELIVERED for a in run.attempts) <= 1
            assert not run.delivered or number in seen, "the ledger says delivered, the receiver has nothing"
            assert (
                run.lost
                or run.delivered
                or file_sha256(outbox(self.office.store) / f"{number}.age") == run.counts["sealed_sha256"]
            )
        assert len([r for r in runs.values() if not r.lost]) <= 1
        assert self.office.store.audit_verify().whole

    def told(self, code):
        """After the fault: the ledger says what became of the period, and asks for a person unless it went."""
        lines = [one for one in status(self.office.store, now=DUE) if one.state != "lost"]
        gone = [one for one in lines if one.state == "delivered"]
        assert lines, "nothing tells of the period"
        assert bool(gone) or any(one.needs_person and one.vi and one.todo_vi for one in lines)
        assert code == 0 or code < 0 or not gone or code in (7, 10), f"exit {code}, and yet it went"

    def next_run_finishes(self):
        code = self.run(DUE + timedelta(hours=1))
        assert code == 0, self.said
        self.nothing_half_nothing_double()
        (run,) = [r for r in ledger.runs(self.office.store) if not r.lost]
        assert run.state in ("delivered", "accepted")
        assert list(self.visible()) == [run.counts["number"]]
        if self.carrier != "https":
            names = {p.name for p in self.place.iterdir()} - {run.counts["number"] + RECEIPT}
            assert names == {f"{run.counts['number']}.age"}, "something was left behind"
        assert not beside_store(self.office.store, "dang-lap").exists(), "a package in the clear was left behind"
        assert not list(outbox(self.office.store).glob("*.part"))
        attempts, given = len(run.attempts), {k: len(v) for k, v in self.visible().items()}
        assert self.run(DUE + timedelta(hours=2)) == 0, self.said
        (again,) = [r for r in ledger.runs(self.office.store) if not r.lost]
        assert (len(again.attempts), {k: len(v) for k, v in self.visible().items()}) == (attempts, given), "sent twice"


# -- the faults: each breaks something, runs the job, mends what a person would mend, and gives the exit code ------------


def killed_while_making(case):
    return case.killed(case.world.jobs.start(case.office), case.world.seconds["fresh"])


def killed_while_carrying(case):
    return case.killed(case.world.jobs.start(case.office), case.world.seconds["made"])


def disk_full_while_making(case):
    """The office's disk, with room for a little of the work."""
    return on_a_full_disk(case, int(10 ** case.random.uniform(3.5, 6.3)), case.run)


def disk_full_while_carrying(case):
    """The office's disk, or the receiver's stick or server."""
    return on_a_full_disk(case, case.random.randrange(1, outbox_file(case).stat().st_size), case.run)


def disk_full_while_receiving(case):
    assert case.run() == 0
    code = on_a_full_disk(case, int(10 ** case.random.uniform(3.5, 6.3)), case.receive)
    assert code in (0, 8), (code, case.said)
    return 0


def on_a_full_disk(case, room, job):
    """The job with so much room; where no file system can be mounted, no file of it may be longer than that."""
    if not case.disk:
        return job(limit=room)
    case.disk.leave(room)
    code = job()
    case.disk.grow()
    return code


def outbox_file(case):
    (run,) = ledger.runs(case.office.store)
    return outbox(case.office.store) / f"{run.counts['number']}.age"


def line_cut(case):
    SftpPlace.cuts = [case.random.randrange(1, outbox_file(case).stat().st_size)]
    case.shelf.faults = ["cut"]
    code = case.run()
    assert code == 13
    SftpPlace.behave()
    return code


def half_written_there(case):
    """A half file of an earlier attempt, of this content or another; or a server that loses the rest of what it takes."""
    content = outbox_file(case).read_bytes()
    if case.carrier == "https":
        case.shelf.faults = ["wrong"]
        return case.run()
    if case.carrier == "sftp" and case.random.random() < 0.5:
        SftpPlace.swallows = [case.random.randrange(len(content) // 2)]
        return case.run()
    length = case.random.randrange(len(content) + 1000)
    part = content[:length] if case.random.random() < 0.5 else case.random.randbytes(length)
    (case.place / f".{outbox_file(case).name}.part").write_bytes(part)
    assert case.visible() == {}
    return case.run()


def answer_lost(case):
    """The package arrives and is kept; that it did is never heard."""
    SftpPlace.deaf, case.shelf.faults = 1, ["lost"]
    code = case.run()
    assert code == 13
    assert len(case.visible()) == 1
    return code


def clock_moved(case):
    off = case.random.choice(
        [
            timedelta(days=-1),
            timedelta(days=-3000),
            timedelta(days=3000),
            -timedelta(hours=case.random.randrange(97, 2000)),
        ]
    )
    code = case.run(DUE + off)
    assert code == (
        10 if off.days > 0 or DUE + off < datetime(2024, 12, 1, 8, tzinfo=UTC) - timedelta(minutes=10) else code
    )
    assert code != 10 or case.visible() == {}
    return code


def receiver_refuses(case):
    if case.carrier == "https":
        case.shelf.faults = [case.random.choice([401, 403, 413, 422])]
        return case.run()
    mode = case.place.stat().st_mode
    hidden = case.place.with_name(case.place.name + ".away")
    case.place.rename(hidden)
    code = case.run()
    hidden.rename(case.place)
    assert mode == case.place.stat().st_mode
    return code


def key_missing(case):
    """The keyring, or the store's key file, is not where it belongs."""
    which = case.office.key_file if case.random.random() < 0.5 else case.office.ring.path
    away = which.with_name(which.name + ".away")
    which.rename(away)
    code = case.run()
    away.rename(which)
    assert code in (4, 5)
    return code


def two_at_once(case):
    jobs = [case.world.jobs.start(case.office) for _ in range(2)]
    codes = sorted(case.world.jobs.wait(job) for job in jobs)
    assert codes in ([0, 0], [0, 7]), codes
    return 0


def killed_while_receiving(case):
    assert case.run() == 0
    case.killed(case.start_receive(), case.world.seconds["receive"])
    return 0


def two_receive_at_once(case):
    assert case.run() == 0
    codes = sorted(case.world.jobs.wait(job) for job in [case.start_receive() for _ in range(2)])
    assert codes in ([0, 0], [0, 7]), codes
    return 0


def receivers_key_missing(case):
    assert case.run() == 0
    away = case.office.province.path.with_name("away")
    case.office.province.path.rename(away)
    assert case.receive() in (4, 5), case.said
    away.rename(case.office.province.path)
    return 0


def receipt_half_written(case):
    """What lies where the receipt belongs is half of it, or something else: no answer yet, and no harm."""
    assert case.run() == 0
    assert case.receive() == 0, case.said
    whole = case.receipt()
    half = whole[: case.random.randrange(len(whole))]
    case.put_receipt(case.random.choice([half, b"[]", whole.replace(b'"accepted"', b'"refused"')]))
    assert case.run(DUE + timedelta(minutes=30)) == 0
    (run,) = ledger.runs(case.office.store)
    assert run.answer is None
    return 0


MAKING = (killed_while_making, disk_full_while_making, key_missing, two_at_once)
CARRYING = (
    killed_while_carrying,
    line_cut,
    half_written_there,
    answer_lost,
    clock_moved,
    receiver_refuses,
    two_at_once,
    disk_full_while_carrying,
)
RECEIVING = (
    killed_while_receiving,
    disk_full_while_receiving,
    receipt_half_written,
    two_receive_at_once,
    receivers_key_missing,
)
ON_A_SMALL_DISK = (disk_full_while_making, disk_full_while_carrying, disk_full_while_receiving)


def plan(number):
    """(fault, carrier, whether the package is made already) of a case: all of them in turn, making being the dearer."""
    carrier = CARRIERS[number % 3]
    if number % 10 == 9:
        return MAKING[(number // 10) % len(MAKING)], carrier, False
    if number % 8 == 4:
        return RECEIVING[(number // 8) % len(RECEIVING)], carrier, True
    fault = CARRYING[(number - number // 10 - (number + 3) // 8) % len(CARRYING)]
    if fault is line_cut and carrier == "folder":
        fault = disk_full_while_carrying
    if fault is answer_lost and carrier == "folder":
        fault = killed_while_carrying
    return fault, carrier, True


def play(world, number, answers=True):
    """One case; with ANSWERS the province takes what arrives, before the office's next run or after it."""
    fault, carrier, made = plan(number)
    small = None
    if fault in ON_A_SMALL_DISK:
        there = fault is disk_full_while_carrying and carrier != "https" and number % 2
        small = "there" if there else "office"
    case = Case(world, number, carrier, made, small)
    try:
        code = fault(case)
        assert code != 99, case.said
        case.nothing_half_nothing_double()
        case.told(code)
        answers = answers or fault in RECEIVING
        early = answers and case.random.random() < 0.5 and case.visible() != {}
        if early:
            case.answered()
        case.next_run_finishes()
        if answers:
            if not early:
                case.answered()
            case.answer_stands_once()
    finally:
        case.close()
    return fault.__name__, carrier, code
