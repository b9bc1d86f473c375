"""Train the shipped model on generated lists: `python -m tests.matching.train` (a minute or two).

Two steps, both logistic regressions with a ridge: the weights of the comparisons (which become Splink's), and, on
their score, what the other rows say. Seeds 101 and up are for training; judging uses others. `strangers.py` is never trained on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from childdb.matching.company import LEVELS, company
from childdb.matching.comparisons import blocking, ladders
from childdb.matching.linkage import Scoring, joined
from childdb.matching.model import Model
from childdb.matching.prepare import comparable
from tests.matching import conventions
from tests.matching.truth import REGIMES, records

SEEDS, HABITS, ROWS, RIDGE = (101, 102), range(301, 321), 10_000, 1.0
# pairs that no block brings together and chains do: what they weigh must be learnt as well
WIDER = (
    "l.core = r.core and l.mother_s = r.mother_s", "l.core = r.core and l.head_s = r.head_s",
    "l.given_p = r.given_p and l.mother_s = r.mother_s", "l.bkey = r.bkey and l.mother_g = r.mother_g",
    "l.bkey = r.bkey and l.given_p = r.given_p", "l.byear = r.byear and l.mother_s = r.mother_s",
)  # fmt: skip
# a pattern that is not there weighs nothing, like a blank
LADDERS = [
    (entry, gamma)
    for entry in ladders()
    for gamma, level in enumerate(reversed(entry.levels))
    if level.id != entry.absent and not entry.silent
]


def lists():
    """Lists with known truth of both generators: other families, other habits of writing, other conventions."""
    for rates in REGIMES.values():
        for seed in SEEDS:
            yield records(ROWS, seed, rates)
    for seed in HABITS:
        yield conventions.written(ROWS, seed, conventions.drawn(seed))


def gathered(rows, truth):
    """The rows made comparable, their pairs with levels, and whether each pair is one child."""
    prepared = comparable(rows)
    with Scoring(prepared, {}, -5.0, rules=(*blocking(ROWS), *WIDER)) as scoring:
        pairs = joined(list(scoring.met()))
    keys = np.array([truth[row["record_id"]] for row in rows])
    return prepared, pairs, keys[pairs["left"]] == keys[pairs["right"]]


def logistic(features, one, total):
    """Weights and the last one, a constant, for rows of FEATURES seen TOTAL times, ONE of them matches."""

    def loss(beta):
        score = features @ beta[:-1] + beta[-1]
        share = 1 / (1 + np.exp(-score))
        gap = total * share - one
        worth = (total * np.logaddexp(0, score) - one * score).sum() + RIDGE / 2 * (beta[:-1] ** 2).sum()
        return worth, np.r_[features.T @ gap + RIDGE * beta[:-1], gap.sum()]

    start = np.zeros(features.shape[1] + 1)
    start[-1] = -5
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def patterns(pairs):
    return np.stack([pairs[entry.id] for entry in ladders()], 1).astype(np.int8)


def one_hot(found):
    places = {entry.id: i for i, entry in enumerate(ladders())}
    return np.stack([found[:, places[entry.id]] == gamma for entry, gamma in LADDERS], 1).astype(np.float64)


def train():
    sets = [gathered(rows, known) for rows, known in lists()]
    every = np.concatenate([patterns(pairs) for _, pairs, _ in sets])
    truth = np.concatenate([same for _, _, same in sets])
    distinct, where = np.unique(every, axis=0, return_inverse=True)
    one = np.bincount(where.ravel(), truth, len(distinct))
    beta = logistic(one_hot(distinct), one, np.bincount(where.ravel(), minlength=len(distinct))) / np.log(2)
    weights = {
        entry.id: {level.id: 0.0 for level in entry.levels if entry.silent or level.id == entry.absent}
        for entry in ladders()
    }
    for (entry, gamma), bits in zip(LADDERS, beta[:-1], strict=True):
        weights[entry.id][entry.level(gamma).id] = round(float(bits), 3)
    return _with_company(sets, weights, beta)


def _with_company(sets, weights, beta):
    scores, levels, truth = [], [], []
    for rows, pairs, same in sets:
        bits = one_hot(patterns(pairs)) @ beta[:-1] + beta[-1]
        kept = bits > -6
        scores.append(bits[kept])
        levels.append(company(rows, pairs["left"], pairs["right"], bits)[kept])
        truth.append(same[kept])
    score, level, same = np.concatenate(scores), np.concatenate(levels), np.concatenate(truth)
    features = np.column_stack([score] + [level == place for place in range(len(LEVELS))]).astype(float)
    found = logistic(features, same.astype(float), np.ones(len(same))) / np.log(2)
    return Model(
        version="3",
        trained_on=f"{ROWS} rows each of tests/matching/truth.py, seeds {SEEDS}, {', '.join(REGIMES)};"
        f" and of tests/matching/conventions.py, seeds {HABITS.start} to {HABITS.stop - 1}",
        prior=round(float(beta[-1]), 3),
        weights=weights,
        slope=round(float(found[0] * 1.0), 4),
        company={name: round(float(bits), 3) for name, bits in zip(LEVELS, found[1:-1], strict=True)},
        company_prior=round(float(found[-1]), 3),
    )


if __name__ == "__main__":
    path = Path(__file__).parents[2] / "childdb" / "matching" / "model.json"
    path.write_text(train().as_json(), "utf-8")
    print(path.read_text("utf-8"))
