"""An attacker with a solver: from everything that was released, what can be told of a count?

Unknowns are the counts of each definition by filed unit, in total and by group value: those who count, who do not, of
whom it is not known, who may not belong. The attacker knows that groups add up to totals, that what was shown of a unit
is the sum over the filed units in it (in any geography), that a figure without a row is nothing, that definitions of one
population have the same rows, the sums in KNOWN_SUMS, and that no count is below nothing. Written without the module
that it attacks: scipy's linprog and milp.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from indicators.counting import TOTAL

KNOWN_SUMS = [
    (("orphans_in_care", "rows"), [("orphans_both", "above")]),
    (("kindergarten_enrolment_3_5", "above"), [("preschool_age3", "above"), ("preschool_age4", "above"), ("preschool_age5", "above")]),
    (("kindergarten_enrolment_3_5", "rows"), [("preschool_age3", "rows"), ("preschool_age4", "rows"), ("preschool_age5", "rows")]),
]  # fmt: skip
FIELDS = ("above", "no", "unknown", "open")


class Attacker:
    """Knows releases of one day and period: pairs of a protected frame and the paths of its geography."""

    def __init__(self, definitions, filed, releases):
        self.definitions = definitions
        self.atoms = sorted(set(filed["unit"]))
        self.values = {TOTAL: [""]}
        shown = [f for frame, _ in releases for f in [frame]]
        for name in sorted({g for f in [filed, *shown] for g in f["group_name"]} - {TOTAL}):
            self.values[name] = sorted({v for f in [filed, *shown] for v in f[f["group_name"] == name]["group_value"]})
        self.number = {}
        self.terms = []
        self.equal = []
        self._groups_add_up()
        self._same_rows()
        self._sums()
        for frame, paths in releases:
            self._shown(frame, paths)
        n = len(self.number)
        rows, columns, signs = [], [], []
        for row, terms in enumerate(self.terms):
            for column, sign in terms.items():
                rows.append(row), columns.append(column), signs.append(sign)
        self.matrix = csr_array((signs, (rows, columns)), shape=(len(self.terms), n))

    def _var(self, definition, field, atom, group, value):
        return self.number.setdefault((definition.id, field, atom, group, value), len(self.number))

    def _count(self, definition, field, atom, group, value):
        """A count as a sum of unknowns; `rows` of a share are all three answers."""
        names = ("above", "no", "unknown") if field == "rows" and definition.kind == "share" else (field,)
        return {self._var(definition, f, atom, group, value): 1 for f in names}

    def _know(self, *sums, equals=0):
        found = defaultdict(int)
        for terms, sign in sums:
            for column, one in terms.items():
                found[column] += sign * one
        self.terms.append(found)
        self.equal.append(equals)

    def _fields(self, definition):
        return FIELDS if definition.kind == "share" else ("above", "rows", "unknown", "open")

    def _groups_add_up(self):
        for d in self.definitions:
            for g in d.groups:
                for field in self._fields(d) if g in self.values else ():
                    for a in self.atoms:
                        parts = [(self._count(d, field, a, g, v), 1) for v in self.values[g]]
                        self._know((self._count(d, field, a, TOTAL, ""), -1), *parts)

    def _same_rows(self):
        alike = defaultdict(list)
        for d in self.definitions:
            if d.kind in ("share", "sum"):
                alike[d.source, d.population].append((d, "rows"))
                if d.kind == "sum":
                    alike[d.source, d.population].append((d, "above"))
            elif d.kind == "ratio":
                for field, counts in (("above", d.numerator), ("rows", d.denominator)):
                    alike[counts[0].source, counts[0].where].append((d, field))
        for (one, first), *others in alike.values():
            for other, field in others:
                self._everywhere([(one, first, 1), (other, field, -1)])

    def _sums(self):
        known = {d.id: d for d in self.definitions}
        for (whole, field), parts in KNOWN_SUMS:
            if whole in known and all(p in known for p, _ in parts):
                self._everywhere([(known[whole], field, -1), *((known[p], f, 1) for p, f in parts)])

    def _everywhere(self, terms):
        groups = set.intersection(*(set(d.groups) for d, _, _ in terms)) & set(self.values)
        for a in self.atoms:
            for g in (TOTAL, *groups):
                for v in self.values[g]:
                    self._know(*((self._count(d, f, a, g, v), sign) for d, f, sign in terms))

    def _shown(self, frame, paths):
        known = {d.id: d for d in self.definitions}
        frame = frame[frame["indicator"].isin(known)]
        told = {(r["indicator"], r["unit"], r["group_name"], r["group_value"]): r for r in frame.to_dict("records")}
        units = sorted(set(frame["unit"]))
        for indicator, g in sorted(set(zip(frame["indicator"], frame["group_name"], strict=True))):
            d = known[indicator]
            for unit in units:
                inside = [a for a in self.atoms if unit in paths.get(a, ())]
                for v in self.values[g]:
                    row = told.get((indicator, unit, g, v))
                    if row is not None and row["disclosure"] == "suppressed":
                        continue
                    if d.kind == "share":
                        above, below = (int(row["numerator"]), int(row["denominator"])) if row is not None else (0, 0)
                        counts = {"above": above, "no": below - above}
                    else:
                        counts = {} if row is None else {"above": row["numerator"], "rows": int(row["denominator"])}
                        counts = {k: int(x or 0) for k, x in counts.items()} or {"above": 0, "rows": 0}
                    counts["unknown"] = 0 if row is None else int(row["unknown"])
                    counts["open"] = 0 if row is None else int(row["population_unknown"])
                    for field, count in counts.items():
                        self._know(*((self._count(d, field, a, g, v), 1) for a in inside), equals=count)

    def interval(self, definition, field, atoms, group, value, *, whole=False):
        """The least and the greatest that the count can be (WHOLE numbers alone, or any)."""
        aim = np.zeros(len(self.number))
        for a in atoms:
            for column in self._count(definition, field, a, group, value):
                aim[column] += 1
        ends = []
        for sign in (1, -1):
            if whole:
                found = milp(sign * aim, constraints=LinearConstraint(self.matrix, self.equal, self.equal),
                             integrality=np.ones(len(aim)), bounds=Bounds(0, 10**6))  # fmt: skip
            else:
                found = linprog(sign * aim, A_eq=self.matrix, b_eq=self.equal, bounds=(0, 10**6), method="highs")
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        return ends
