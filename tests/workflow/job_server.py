"""Starts jobs as processes of their own, quickly: this process imports everything once and forks for each job.

It reads lines of JSON from its standard input: {"start": [KIND, {...}]} answers the new process's id; {"wait": id} answers
its exit code (a signal as its negative number).
"""

import importlib
import json
import os
import resource
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

import stamina

from childdb.exchange.destination import CARRIERS
from childdb.exchange.keyring import Keyring, keyring_file
from childdb.store import Store
from childdb.workflow import receiving, scheduling
from childdb.workflow.sending import Sender
from indicators.loader import chosen
from schemas.errors import ChildDBError


def schedule_run(db, key_file, now):
    """What `childdb schedule run` does, at a moment that is given."""
    moment = datetime.fromisoformat(now)
    with stamina.set_testing(True, attempts=1):  # without its waiting; the number of tries is the destination's
        store = Store.open(db, Path(key_file))
        ring = Keyring.read(keyring_file(Path(key_file)))
        steps = scheduling.run_due(Sender(store, ring, "lịch", moment), moment.date())
        store.close()
    faults = [f for s in steps if (f := s.fault or s.outcome.fault)]
    return faults[0].exit_code if faults else 0


def receive(sealed, folder, ring, now):
    """What `childdb receive` does, on a day that is given."""
    receiving.receive(Path(sealed), Path(folder), Keyring.read(Path(ring)), today=datetime.fromisoformat(now).date())
    return 0


JOBS = {"schedule run": schedule_run, "receive": receive}


def job(kind, said, temporary, limit=None, **words):
    """One job; TEMPORARY is where it makes its passing files, LIMIT bounds the size of any file that it writes."""
    sys.stdout = sys.stderr = open(said, "a", encoding="utf-8")  # noqa: SIM115 (until the process ends)
    tempfile.tempdir = temporary
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        return JOBS[kind](**words)
    except ChildDBError as fault:
        return fault.exit_code


def warm():
    """What every job would load or work out anew."""
    for name in CARRIERS:
        importlib.import_module(f"childdb.exchange.carriers.{name}")
    chosen(None)


def main():
    warm()
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            child = os.fork()
            if child == 0:
                code = 99
                try:
                    kind, words = asked["start"]
                    code = job(kind, **words)
                except BaseException:
                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    os._exit(code)
            answer = child
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
