"""Persons for the tests of matching, written short, and a strategy that makes them collide."""

from datetime import date

from hypothesis import strategies as st

from childdb.matching.people import Person

COMMUNE = "03301@1900-01-01"


def person(ref, **cells):
    """A boy of one known family, but for what CELLS say; born as YYYY, YYYY-MM or YYYY-MM-DD."""
    born = cells.pop("born", "2019-03-05")
    parts = [int(part) for part in born.split("-")] if born else []
    typed = {
        "child": ref if ref > 0 else None,
        "full_name": "Lò Văn Thành",
        "birth_first": date(*[*parts, 1, 1][:3]) if parts else None,
        "birth_precision": {0: None, 1: "year", 2: "month", 3: "day"}[len(parts)],
        "sex": "M",
        "personal_id": None,
        "mother_name": "Quàng Thị Ín",
        "father_name": None,
        "household_head": None,
        "village": "Bản Co Cáng",
        "commune": COMMUNE,
    }
    return Person(ref=ref, **(typed | cells))


NAMES = ["Lò Văn Thành", "lò văn thành", "Giàng A Sử", "Gái", "Trai", None]
GROWN = ["Quàng Thị Ín", "Quang Thi In", "Lò Thị Pâng", None]
BORN = ["2019-03-05", "2019-03", "2019", "2019-05-03", "2018-03-05", None]
NUMBERS = [None, None, None, "011319000001", "011319000002", "011219000077"]


@st.composite
def people(draw, ref):
    return person(
        ref,
        child=draw(st.sampled_from([1, 2, 3, None])) if ref > 0 else None,
        full_name=draw(st.sampled_from(NAMES)),
        born=draw(st.sampled_from(BORN)),
        sex=draw(st.sampled_from(["M", "F", None])),
        personal_id=draw(st.sampled_from(NUMBERS)),
        mother_name=draw(st.sampled_from(GROWN)),
        father_name=draw(st.sampled_from([None, "Lò Văn Ún", "Lò Văn Pản"])),
        household_head=draw(st.sampled_from([None, "Lò Văn Ún", "Lò Văn Xôm"])),
        village=draw(st.sampled_from([None, "Co Cáng", "Bản Hua Ná"])),
        commune=draw(st.sampled_from([COMMUNE, COMMUNE, "03301@2025-07-01", "03310@1900-01-01"])),
    )


@st.composite
def imports(draw):
    """New persons, known ones, and pairs decided different."""
    new = [draw(people(-i)) for i in range(1, draw(st.integers(1, 5)) + 1)]
    known = [draw(people(i)) for i in range(1, draw(st.integers(0, 5)) + 1)]
    refs = [p.ref for p in new + known]
    pairs = st.lists(st.sampled_from(refs), min_size=2, max_size=2, unique=True).map(frozenset)
    decided = draw(st.sets(pairs, max_size=2)) if len(refs) > 1 else set()
    return new, known, decided
