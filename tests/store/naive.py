"""What holds, recomputed slowly in plain Python from the words of docs/design.md: the second opinion on resolving.

A history is a list of batches as plain values. Children are sets of typed names (each identity of a test has a name of
its own), so that two stores can be compared whose random keys differ.
"""

from dataclasses import dataclass, field
from datetime import date

from schemas.facts import FACTS
from schemas.text import fold, normal

EVER = date(9999, 12, 31)
SINGLE = {"parent_status": ("parent", "status"), "care_arrangement": (None, "form")}
SETS = {
    "circumstance": ("code", ()),
    "work_spell": ("kind", ("hours_per_day", "hours_per_week", "hazardous", "paid")),
    "support": ("kind", ("amount", "legal_basis")),
}
SEALED = "1.05"


@dataclass(frozen=True)
class Row:
    """A row as it was accepted (or is waiting); `place` orders rows within a batch."""

    batch: int
    place: int
    who: str
    list_kind: str
    list_date: date
    period: str | None
    unit: str
    facts: dict
    retracts: tuple = ()
    replaced: tuple | None = None  # (field, value) of a correction
    held: bool = False

    @property
    def order(self):
        return (self.list_date, self.batch, self.place)

    @property
    def source(self):
        return (self.batch, self.place)


@dataclass
class Batch:
    """One batch: the rows it brought, what it undoes, decisions (id, verdict, a, b, closes), rows it admitted."""

    number: int
    rows: list = field(default_factory=list)
    undoes: int | None = None
    decisions: list = field(default_factory=list)
    admitted: list = field(default_factory=list)  # (batch, place)


def is_live(history, number, at):
    """Not later than AT, and no live undo up to AT names it."""
    if number > at:
        return False
    return not any(b.undoes == number and is_live(history, b.number, at) for b in history if b.number > number)


def resolve(history, at):
    """Every table of what holds as known at AT: table -> set of rows; `lineage` -> what is said -> the rows that say it."""
    live = [b for b in history if is_live(history, b.number, at)]
    admitted = {place for b in live for place in b.admitted}
    rows = [r for b in live for r in b.rows if not r.held or r.source in admitted]
    people = _children(live, {r.who for b in history for r in b.rows})
    of_child = {}
    for row in sorted(rows, key=lambda r: r.order):
        of_child.setdefault(people[row.who], []).append(row)
    villages = {}
    for row in sorted(rows, key=lambda r: r.order):
        for fact in row.facts.get("residence", ()):
            if fact.get("village"):
                villages[row_unit(fact), fold(fact["village"])] = fact["village"]
    view = {name: set() for name in FACTS} | {"listing": set()}
    lineage = {}
    homes = {}
    for child, said in of_child.items():
        view["child_profile"].add((child, _profile(child, said, lineage)))
        for row in said:
            if row.list_kind != "correction":
                view["listing"].add((child, row.list_kind, row.list_date, row.period, row.unit))
        homes[child] = _residences(child, said, villages, lineage)
        view["residence"] |= {(child, *spell) for spell in homes[child]}
        for table in SINGLE:
            view[table] |= _single(child, said, table, lineage)
        for table in SETS:
            view[table] |= _sets(child, said, table, lineage)
        for table in FACTS.values():
            if table.scope == "events" and table.name != "protection_case":
                view[table.name] |= _events(child, said, table, lineage)
    view["household_status"] = _poverty(of_child, homes)
    view["lineage"] = {key: frozenset(rows) for key, rows in lineage.items()}
    return view


def row_unit(fact):
    return f"{fact['commune_code']}@{fact['commune_from'].isoformat()}"


def _children(live, names):
    decisions = sorted((d for b in live for d in b.decisions), key=lambda d: d[0])
    standing, closed = [], set()
    for decision in reversed(decisions):
        if decision[0] not in closed:
            closed.add(decision[4])
            standing.insert(0, decision)
    groups = [frozenset([n]) for n in names]
    apart = [(a, b) for _, verdict, a, b, _ in standing if verdict in ("not_same", "related")]
    for _, verdict, a, b, _ in standing:
        if verdict != "same":
            continue
        one = next(g for g in groups if a in g)
        other = next(g for g in groups if b in g)
        whole = one | other
        if one != other and not any(x in whole and y in whole for x, y in apart):
            groups = [g for g in groups if g not in (one, other)] + [whole]
    return {name: group for group in groups for name in group}


def _profile(child, said, lineage):
    found = {}
    for column in FACTS["child_profile"].columns:
        name = column.name
        if name == "birth_precision":
            continue
        stated = []
        for row in said:
            values = [f[name] for f in row.facts.get("child_profile", ()) if f.get(name) is not None]
            if values:
                precision = row.facts["child_profile"][0].get("birth_precision") or "day"
                stated.append((row, values[0], precision if name == "birth_date" else "day"))
        gone = max((r.order for r in said if f"child_profile.{name}" in r.retracts), default=None)
        if gone:
            stated = [s for s in stated if s[0].order >= gone]
        corrections = [s for s in stated if s[0].list_kind == "correction"]
        if corrections:
            last = corrections[-1][0].order
            stated = [
                s for s in stated
                if s[0].order >= last and (s[0].list_kind == "correction" or not any(
                    c[0].replaced == (name, s[1]) and c[0].order < s[0].order for c in corrections
                ))
            ]  # fmt: skip
        if stated:
            fineness = {"year": 0, "month": 1, "day": 2}
            row, value, precision = max(stated, key=lambda s: (fineness[s[2]], s[0].order))
            found[name] = (value, precision) if name == "birth_date" else value
            lineage[child, "child", name] = {
                s[0].source for s in stated if s[1] == value and (name != "birth_date" or s[2] == precision)
            }
    return tuple(sorted(found.items()))


def _by_date(said, chosen):
    """Of the statements of one date that of the highest batch, then the later row; CHOSEN gives None for no word."""
    held = {}
    for row in said:
        word = chosen(row)
        if word is not None:
            held[row.list_date] = (row, word)
    return sorted(held.items())


OF_A_HOME = ("relation_to_head", "household_head", "household_number")


def _residences(child, said, villages, lineage):
    def word(row):
        if row.facts.get("residence"):
            return row.facts["residence"][0]
        return "none" if "residence" in row.retracts else None

    steps, now = [], None
    for day in sorted({row.list_date for row in said}):
        rows = _of_one_day([(row, word(row)) for row in said if row.list_date == day and word(row)], villages)
        if not rows:
            continue
        if rows[0][1] == "none":
            now = None
            steps.append((day, None, rows[0][0]))
            continue
        unit, village, home, *kept = (
            next((place[n] for _, place in rows if place[n] is not None), None) for n in range(4 + len(OF_A_HOME))
        )
        anew = {"unit": unit, "village": None, "household": None, "kept": (None,) * len(kept)}
        if now is None or now["unit"] != unit or (village and now["village"] and village != now["village"]):
            now = anew
        if home and now["household"] and home != now["household"]:
            now = {**anew, "village": now["village"]}
        now = {
            "unit": unit, "village": village or now["village"], "household": home or now["household"],
            "kept": tuple(word or before for word, before in zip(kept, now["kept"], strict=True)),
        }  # fmt: skip
        steps += [(day, tuple(now.values()), row) for row, _ in rows]
    spells = _merged(steps, lambda first: lineage_of(lineage, (child, "residence", first)))
    # another head of one household begins another spell in the view with names
    return [(unit, village, home, kept[0], start, end) for unit, village, home, kept, start, end in spells]


def _of_one_day(words, villages):
    """The last word of the day first, then those of other kinds of list that contradict nothing before them."""
    kept, heard = [], set()
    for row, fact in reversed(words):
        if row.list_kind in heard:
            continue
        heard.add(row.list_kind)
        if fact == "none":
            return kept or [(row, fact)]
        unit = row_unit(fact)
        village = villages.get((unit, fold(fact["village"]))) if fact.get("village") else None
        place = (unit, village, _household(fact), fact.get("residence_kind"), *(fact.get(name) for name in OF_A_HOME))
        if all(
            a is None or b is None or a == b for _, other in kept for a, b in zip(place[:3], other[:3], strict=True)
        ):
            kept.append((row, place))
    return kept


def lineage_of(lineage, key):
    return lineage.setdefault(key, set())


def _merged(steps, sources):
    """Equal words that follow each other as one spell (*word, from, to); None ends a spell."""
    spells = []
    for day, word, row in steps:
        if spells and spells[-1][0] == word:
            begun = spells[-1]
        else:
            if spells:
                spells[-1][2] = day
            begun = [word, day, EVER]
            spells.append(begun)
        if word is not None:
            sources(begun[1]).add(row.source)
    return [(*word, start, end) for word, start, end in spells if word is not None]


def _household(fact):
    mark = fact.get("household_number") or fact.get("household_head")
    if not mark:
        return None
    kind = "number" if fact.get("household_number") else "head"
    return (row_unit(fact), fold(fact.get("village") or ""), kind, normal(mark))


def _single(child, said, table, lineage):
    scope, value = SINGLE[table]
    found = set()
    for of in FACTS[table].column(scope).codes if scope else (None,):

        def word(row, of=of):
            for fact in row.facts.get(table, ()):
                if (scope is None or fact[scope] == of) and fact.get(value):
                    return fact[value]
            return "none" if table in row.retracts or f"{table}:{of}" in row.retracts else None

        steps = [(d, None if w == "none" else (w,), r) for d, (r, w) in _by_date(said, word)]
        key = (of,) if scope else ()
        for spell in _merged(steps, lambda first, key=key: lineage_of(lineage, (child, table, *key, first))):
            found.add((child, *key, *spell))
    return found


def _sets(child, said, table, lineage):
    member, attributes = SETS[table]

    def word(row):
        if row.facts.get(table):
            return {f[member]: f for f in row.facts[table]}
        return {} if table in row.retracts else None

    held = _by_date(said, word)
    members = {m for _, (_, facts) in held for m in facts} - {SEALED}
    found = set()
    for one in members:
        steps, now = [], None
        for day, (row, facts) in held:
            if one not in facts:
                now = None
            else:
                now = {
                    a: facts[one].get(a) if facts[one].get(a) is not None else (now or {}).get(a) for a in attributes
                }
            steps.append((day, None if now is None else tuple(now.values()), row))
        for spell in _merged(steps, lambda first, one=one: lineage_of(lineage, (child, table, one, first))):
            found.add((child, one, *spell))
    return found


def _events(child, said, table, lineage):
    def scope(fact):
        return "|".join(str(fact[c]) for c in table.scope_by)

    sets = {}
    for row in said:  # in the order in which they prevail
        period = (row.period or "") if table.per_period else ""
        stated = {}
        for fact in row.facts.get(table.name, ()):
            stated.setdefault(scope(fact), []).append(fact)
        for name in row.retracts:
            if name == table.name or name.startswith(table.name + ":"):
                for key in list(sets):
                    if key[:2] == (row.list_kind, period) and name in (table.name, f"{table.name}:{key[2]}"):
                        del sets[key]
        for value, facts in stated.items():
            sets[row.list_kind, period, value] = (row, facts)
    trust = list(table.trust)
    events = {}
    for (kind, _, _), (row, facts) in sets.items():
        for place, fact in enumerate(facts):
            key = tuple(fact.get(k) for k in table.key)
            distrust = trust.index(kind) if kind in trust else len(trust)
            events.setdefault(key, []).append((distrust, tuple(-x for x in _number(row.order)), -place, row, fact))
    found = set()
    for key, words in events.items():
        words.sort(key=lambda w: w[:3])
        rest = tuple(
            next((w[4][c.name] for w in words if w[4].get(c.name) is not None), None)
            for c in table.columns if c.name not in table.key
        )  # fmt: skip
        found.add((child, *key, *rest, words[0][3].list_date))
        lineage[child, table.name, *key] = {w[3].source for w in words}
    return found


def _number(order):
    return (order[0].toordinal(), *order[1:])


def _poverty(of_child, homes):
    """At each moment: the latest word on the household in which the child lives; if there is none, on the child."""

    def home(child, day):
        return next((s[2] for s in homes[child] if s[4] <= day < s[5]), None)

    words = []
    for child, said in of_child.items():
        for row in said:
            if row.facts.get("household_status"):
                fact = row.facts["household_status"][0]
                word = (fact["status"], fact.get("year"))
            elif "household_status" in row.retracts:
                word = None
            else:
                continue
            words.append((row.order, row.list_date, child, home(child, row.list_date), word))
    words.sort(key=lambda w: w[0])
    days = sorted({w[1] for w in words} | {d for spells in homes.values() for s in spells for d in s[4:6]} - {EVER})
    found = set()
    for child in of_child:
        last = None
        for day, until in zip(days, [*days, EVER][1:], strict=True):
            here = home(child, day)
            own = [w for w in words if w[1] <= day and w[2] == child]
            of_home = [w for w in words if w[1] <= day and here is not None and w[3] == here]
            heard = (of_home or own)[-1:]
            word = (here, *heard[0][4]) if heard and heard[0][4] else None
            if last and last[0] == word:
                last[2] = until
            else:
                if last and last[0]:
                    found.add((child, *last[0], last[1], last[2]))
                last = [word, day, until]
        if last and last[0]:
            found.add((child, *last[0], last[1], last[2]))
    return found
