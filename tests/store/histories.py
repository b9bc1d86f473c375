"""Random histories: imports of small invented lists, links, corrections, held rows, undos and undos of undos.

Each step is done in a real store and noted as plain values for tests/store/naive.py.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from childdb.store import Placement
from schemas.issues import Issue
from schemas.records import Record, SheetReading, SourceRow, identity_key
from tests.store.naive import Batch, Row
from tests.store.people import file

NAMES = ("Một", "Hai", "Ba")
COMMUNES = (("03310", date(1900, 1, 1)), ("03286", date(1900, 1, 1)))
DAYS = (date(2023, 12, 31), date(2024, 6, 30), date(2024, 11, 30))
KINDS = ("register", "immunization", "weighing", "births_deaths", "school")

days = st.sampled_from(DAYS)
maybe = st.none() | st.booleans()


def some(**columns):
    """A fact with some of its columns blank."""
    return st.fixed_dictionaries({}, optional=columns)


def fact(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


FACT = {
    "child_profile": some(
        full_name=st.sampled_from(("Tên A", "Tên B")), sex=st.sampled_from("MF"), ethnicity=st.sampled_from(("01", "03")),
        birth_registered=st.booleans(), mother_name=st.sampled_from(("Mẹ A", "Mẹ B")), birth_order=st.integers(1, 2),
    ),
    "residence": st.builds(
        lambda c, rest: {"commune_code": c[0], "commune_from": c[1], **rest}, st.sampled_from(COMMUNES),
        some(village=st.sampled_from(("Bản Hón", "bản hón", "Bản Co")), household_head=st.sampled_from(("Ông A", "Bà B")),
             household_number=st.just("12"), residence_kind=st.sampled_from(("permanent", "moved_away"))),
    ),
    "household_status": fact({"status": st.sampled_from(("poor", "none"))}, year=st.just(2024)),
    "circumstance": fact({"code": st.sampled_from(("1.04", "2.04", "1.05"))}),
    "parent_status": fact({"parent": st.sampled_from(("father", "mother")), "status": st.sampled_from(("alive", "dead"))}),
    "care_arrangement": fact({"form": st.sampled_from(("parents", "relative"))}),
    "birth": some(born_on=days, live_birth=st.booleans(), weight_g=st.sampled_from((2400, 3000))),
    "measurement": fact({"measured_on": days, "weight_kg": st.sampled_from((Decimal("9.5"), Decimal("10.2")))},
                        oedema=st.booleans()),
    "vaccination": fact({"vaccine": st.sampled_from(("PENTA", "MR")), "given_on": days}, dose=st.integers(1, 2)),
    "health_event": fact({"kind": st.sampled_from(("vitamin_a", "injury")), "on_date": days}, result=st.just("positive")),
    "schooling": fact({"school_year": st.integers(2023, 2024)}, level=st.sampled_from(("primary", "kindergarten")),
                      attending=st.booleans()),
    "work_spell": fact({"kind": st.sampled_from(("herding", "hired"))}, hazardous=st.booleans(),
                       hours_per_day=st.sampled_from((Decimal("2.5"), Decimal("6.0")))),
    "marriage": fact({"married_on": days}, age_years=st.integers(14, 15)),
    "support": fact({"kind": st.sampled_from(("gift", "food"))}, amount=st.sampled_from((100, 200))),
    "death": some(died_on=days, cause=st.sampled_from(("drowning", "other"))),
}  # fmt: skip
UNIQUE = {
    "circumstance": ("code",), "parent_status": ("parent",), "work_spell": ("kind",), "support": ("kind",),
    "vaccination": ("vaccine", "given_on"), "health_event": ("kind", "on_date"), "measurement": ("measured_on",),
    "schooling": ("school_year",), "marriage": ("married_on",),
}  # fmt: skip
FOCUS = [*sorted(FACT), *["child_profile"] * 6, *["household_status"] * 2]  # where most may go wrong
RETRACTS = (
    "child_profile.sex", "child_profile.birth_date", "residence", "household_status", "circumstance",
    "parent_status:father", "parent_status", "care_arrangement", "measurement", "vaccination", "vaccination:PENTA",
    "schooling:2024", "health_event:injury", "birth", "work_spell",
)  # fmt: skip
FIELDS = {"sex": ("M", "F"), "ethnicity": ("01", "03", "05"), "birth_date": DAYS, "mother_name": ("Mẹ A", "Mẹ C")}


@st.composite
def some_facts(draw, tables):
    """Facts of a few tables, drawn as a list of (table, fact) so that examples stay small and shrink well."""
    one_fact = st.sampled_from(tables).flatmap(lambda t: st.tuples(st.just(t), FACT[t]))
    facts = {}
    for table, one in draw(st.lists(one_fact, max_size=4)):
        rows = facts.setdefault(table, [])
        key = UNIQUE.get(table)
        if one and not (rows and key is None) and not any(all(r[k] == one[k] for k in key or ()) for r in rows):
            rows.append(one)
    if "child_profile" in tables and draw(st.booleans()):
        precision = draw(st.sampled_from(("day", "month", "year")))
        born = draw(days).replace(**{"day": {}, "month": {"day": 1}, "year": {"day": 1, "month": 1}}[precision])
        profile = facts.setdefault("child_profile", [{}])
        profile[:1] = [{**(profile[0] if profile else {}), "birth_date": born, "birth_precision": precision}]
    return {table: rows for table, rows in facts.items() if rows and rows != [{}]}


@st.composite
def imports(draw, tables):
    """One list: its kind, date, period, and rows of (who, facts, retractions, held back or not)."""
    kind = draw(st.sampled_from(KINDS))
    who = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    taken_back = [r for r in RETRACTS if r.split(".")[0].split(":")[0] in tables]
    retracts = st.lists(st.sampled_from(taken_back), max_size=1) if taken_back else st.just([])
    rows = [
        (name, draw(some_facts(tables)), tuple(draw(retracts)), draw(st.integers(0, 5)) == 0)
        for name in who
    ]  # fmt: skip
    period = draw(st.sampled_from(("2024-05", "2024-06"))) if kind == "weighing" else None
    return ("import", kind, draw(days), period, rows)


pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] != p[1])
corrections = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda f: st.tuples(
        st.just("correct"), st.sampled_from(NAMES), st.just(f), st.sampled_from(FIELDS[f]), st.sampled_from(FIELDS[f]),
        days,
    )
)  # fmt: skip


@st.composite
def histories(draw):
    """A history about one or two tables, so that what is said again, otherwise, or taken back is met often."""
    tables = draw(st.sampled_from(FOCUS).flatmap(lambda t: st.sampled_from(FOCUS).map(lambda o: sorted({t, o}))))
    if "household_status" in tables:
        tables = ["household_status", "residence"]
    step = [
        *[imports(tables)] * 4,
        st.tuples(st.just("undo"), st.integers(0, 20)),
        st.tuples(st.just("decide"), st.sampled_from(("same", "same", "not_same", "related")), pairs),
        st.tuples(st.just("close"), st.integers(0, 5)),
        st.tuples(st.just("admit"), st.integers(0, 5)),
        *([corrections] * 2 if "child_profile" in tables else []),
    ]
    return draw(st.lists(st.one_of(step), min_size=3, max_size=12))


class Past:
    """A store and the same history as plain values."""

    def __init__(self, store):
        self.store = store
        self.history = [Batch(1)]
        self.identities = {}  # name -> identity
        self.decisions = []  # ids
        self.waiting = {}  # (batch, place) -> source row id
        self.moment = datetime(2024, 12, 1, 8, tzinfo=UTC)

    def do(self, step):
        """Do a step where it makes sense, and note it."""
        self.moment += timedelta(minutes=1)
        getattr(self, "_" + step[0])(*step[1:])

    def _new(self, number, **what):
        self.history.append(Batch(number, **what))
        return self.history[-1]

    def _import(self, kind, listed, period, rows):
        made, plain, placements = [], [], {}
        for place, (name, facts, retracts, held) in enumerate(rows, start=1):
            record = Record({"full_name": name}, facts, retracts)
            issues = (Issue("sex_missing"),) if held else ()
            made.append(SourceRow("T", place, {"A": name}, "held_back" if held else "ready", record, issues))
            if not held:
                known = self.identities.get(name)
                placements["T", place] = Placement("known", identity=known) if known else Placement("new")
            plain.append((place, name, facts, retracts, held))
        sheet = SheetReading("T", "read", "any", kind, listed, period, *COMMUNES[0], (), tuple(made))
        number = self.store.last_batch() + 1
        reading = file(sheet, name=f"{number}.xlsx")
        report = self.store.write_import(reading, placements, actor="thử", now=self.moment)
        self._new(report.batch, rows=[
            Row(report.batch, place, name, kind, listed, period, f"{COMMUNES[0][0]}@{COMMUNES[0][1]}", facts, retracts,
                held=held)
            for place, name, facts, retracts, held in plain
        ])  # fmt: skip
        self._find([name for _, name, *_ in plain])
        for row in self.store.held_rows(batch=report.batch):
            self.waiting[report.batch, row.number] = row.id

    def _find(self, names):
        keys = {identity_key({"full_name": n}): n for n in names}
        for key, (identity, _) in self.store.identities_by_key(keys).items():
            self.identities[keys[key]] = identity

    def _undo(self, choice):
        live = sorted(self.store.live() - {1})
        if live:
            target = live[choice % len(live)]
            report = self.store.undo(target, actor="thử", now=self.moment)
            self._new(report.undone_by, undoes=target)

    def _decide(self, verdict, pair):
        if all(name in self.identities for name in pair):
            self._decision(verdict, *pair)

    def _decision(self, verdict, a, b, closes=None):
        made = self.store.decide(
            verdict, self.identities.get(a), self.identities.get(b), actor="thử", now=self.moment, closes=closes
        )
        self.decisions.append(len(self.decisions) + 1)
        self._new(made, decisions=[(self.decisions[-1], verdict, a, b, closes)])

    def _close(self, choice):
        if self.decisions:
            self._decision("closed", None, None, self.decisions[choice % len(self.decisions)])

    def _admit(self, choice):
        waiting = {self.waiting[key]: key for key in self.waiting}
        rows = sorted(row.id for row in self.store.held_rows())
        if rows:
            row = rows[choice % len(rows)]
            made = self.store.admit(row, actor="thử", now=self.moment)
            self._new(made, admitted=[waiting[row]])
            self._find(NAMES)

    def _correct(self, name, field, old, new, day):
        if name not in self.identities:
            return
        children = self.store.children()
        child = children[self.identities[name]]
        # a correction of a child is filed under the lowest of its identities
        name = min((i, n) for n, i in self.identities.items() if children[i] == child)[1]
        moment = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        made = self.store.correct(child, field, old, new, actor="thử", now=moment, reason="thử")
        profile = {field: new} | ({"birth_precision": "day"} if field == "birth_date" else {})
        row = Row(made, 1, name, "correction", day, None, None, {"child_profile": [profile]}, replaced=(field, old))
        self._new(made, rows=[row])
