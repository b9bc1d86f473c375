"""The unattended job under faults: nothing half, nothing double, nothing lost, and the next run finishes the work.

Forty faults here, of which the province takes and answers those on the receiving side and some of the others; a thousand
with `make soak`, more than half of them answered, every one of its own (the numbers are the seeds).
"""

import shutil
import sys
import time
import traceback
from collections import Counter
from datetime import date

import pytest

from childdb.workflow.scheduling import Schedule, set_schedule
from tests.exchange.servers import https_server, sftp_server
from tests.workflow.faults import CARRIERS, CARRYING, DUE, MAKING, RECEIVING, Case, Jobs, World, may_mount, plan, play
from tests.workflow.office import NOW, copy, make

FORTY, THOUSAND = range(40), range(40, 1040)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="jobs are forked")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    fresh = make(folder / "fresh")
    set_schedule(fresh.store, Schedule("tinh-monthly", "monthly", 5, "tinh", date(2024, 12, 2)), actor="thử", now=NOW)
    made = copy(fresh, folder / "made")
    jobs = Jobs()
    shutil.rmtree(made.stick)
    assert jobs.run(made, NOW.replace(day=5, hour=7)) == 13
    made.stick.mkdir()
    (folder / "sftp").mkdir()
    with sftp_server(folder / "sftp", folder / "login") as sftp, https_server(folder) as https:
        built = World(folder, jobs, fresh, made, sftp, https, may_mount(folder / "disk"))
        for name, number in (("fresh", -2), ("made", -1)):
            case, start = Case(built, number, "sftp", name == "made"), time.perf_counter()
            assert case.run(DUE) == 0
            built.seconds[name] = time.perf_counter() - start
            if name == "made":
                start = time.perf_counter()
                assert case.receive() == 0
                built.seconds["receive"] = time.perf_counter() - start
            case.close()
        yield built
    jobs.close()
    fresh.close()
    made.close()


def test_the_plan_holds_every_fault_on_every_carrier_it_can_meet():
    met = [plan(n) for n in FORTY]
    assert {fault for fault, _, _ in met} >= {*MAKING, *CARRYING, *RECEIVING}
    assert {carrier for _, carrier, _ in met} == set(CARRIERS)


@pytest.mark.parametrize("number", FORTY, ids=lambda n: f"{n}-{plan(n)[0].__name__}-{plan(n)[1]}")
def test_after_a_fault_nothing_is_half_double_or_lost_and_the_next_run_finishes(world, number):
    play(world, number, answers=number % 20 == 6)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(10))
def test_a_thousand_faults_more(world, hundred):
    seen, failed = Counter(), {}
    for number in THOUSAND[hundred * 100 : hundred * 100 + 100]:
        try:
            seen[play(world, number, answers=number % 2 == 0)] += 1
        except Exception:
            failed[number] = (plan(number), traceback.format_exc())
        shutil.rmtree(world.folder / f"case-{number}", ignore_errors=True)
    print(*(f"{count:5d}  {' '.join(map(str, key))}" for key, count in sorted(seen.items())), sep="\n", flush=True)
    assert not failed, "\n".join(
        f"{number} {fault.__name__} {carrier}\n{said}" for number, ((fault, carrier, _), said) in failed.items()
    )
