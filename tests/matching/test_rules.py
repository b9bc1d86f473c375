"""The deterministic rules over single cases and over everything that collides."""

import random
import time
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from childdb.matching.names import normalised, relation, unnamed
from childdb.matching.numbers import number
from childdb.matching.people import REASONS, match_new
from childdb.matching.rules import judge
from schemas.text import normal
from tests.matching.persons import COMMUNE, GROWN, imports, people, person


def verdict(new, *known, cannot_link=frozenset()):
    return match_new([new], list(known), cannot_link)[0]


def test_equal_numbers_are_one_child_whatever_the_spelling():
    told = verdict(
        person(-1, personal_id="011 219 000 001", full_name="Lo Van Thanh", born="2019"),
        person(7, personal_id="011219000001"),
    )
    assert (told.verdict, told.child, told.partner, told.rule) == ("same", 7, 7, "personal_id")


@pytest.mark.parametrize("cells", [{"sex": "F"}, {"born": "2018-03-05"}])
def test_equal_numbers_with_another_sex_or_birth_year_are_asked(cells):
    told = verdict(person(-1, personal_id="011219000001", **cells), person(7, personal_id="011219000001"))
    assert told.verdict == "ask" and told.candidates == (7,)


def test_a_number_without_its_leading_zero_is_the_same_number():
    assert number("11219000001") == number("011219000001") == "011219000001"


def test_a_number_that_looks_wrong_proves_nothing():
    told = verdict(
        person(-1, personal_id="000000000000", full_name="Lò Văn An"),
        person(7, personal_id="000000000000", mother_name="Lò Thị Pâng"),
    )
    assert told.verdict == "new"


@pytest.mark.parametrize("field", ["mother_name", "household_head", "father_name"])
def test_name_birth_sex_and_one_grown_up_are_one_child(field):
    blank = dict.fromkeys(("mother_name", "household_head", "father_name"))
    cells = blank | {field: "Lò Văn Ún"}
    told = verdict(person(-1, **cells), person(7, **cells))
    assert told.verdict == "same" and told.child == 7


def test_tone_placement_and_case_do_not_part_a_child():
    told = verdict(person(-1, full_name="LÒ VĂN HOÀ"), person(7, full_name="Lò Văn Hòa"))
    assert told.verdict == "same"


def test_mothers_who_differ_make_two_children():
    assert verdict(person(-1, mother_name="Lò Thị Pâng"), person(7)).verdict == "new"


def test_a_mother_written_without_marks_is_asked():
    told = verdict(person(-1, mother_name="Quang Thi In"), person(7))
    assert told.verdict == "ask" and "mother_close" in told.reasons


def test_differing_numbers_make_two_children_and_a_slip_of_one_digit_is_asked():
    known = person(7, personal_id="011219000001")
    assert verdict(person(-1, personal_id="011219004433"), known).verdict == "new"
    assert verdict(person(-1, personal_id="011219000007"), known).reasons == ("number_slip",)


def test_nothing_to_confirm_is_asked_within_the_commune_and_new_outside_it():
    known = person(7, mother_name=None)
    assert verdict(person(-1), known).reasons == ("nothing_confirms",)
    assert verdict(person(-1, commune="03310@1900-01-01"), known).verdict == "new"
    assert verdict(person(-1, village="Bản Hua Ná"), known).verdict == "new"


def test_the_successor_of_a_commune_is_the_same_commune():
    assert verdict(person(-1, commune="03301@2025-07-01"), person(7, mother_name=None)).verdict == "ask"


def test_a_row_that_fits_two_children_is_asked():
    told = verdict(person(-1), person(7, village=None), person(8, village="Bản Hua Ná"))
    assert told.verdict == "ask" and told.candidates == (7, 8) and told.reasons == ("fits_two",)


def test_two_identities_of_one_child_are_one_candidate():
    told = verdict(person(-1), person(7, village=None), person(8, child=7, village="Bản Hua Ná"))
    assert told.verdict == "same" and told.child == 7


def test_a_number_of_another_identity_of_the_child_contradicts():
    told = verdict(
        person(-1, personal_id="011219004433"),
        person(7),
        person(8, child=7, full_name="Lò A", personal_id="011219000001"),
    )
    assert told.reasons == ("numbers_contradict",)


def test_rows_typed_alike_in_one_list_are_both_asked_even_beside_a_known_child():
    told = match_new([person(-1, village="x"), person(-2, village="x")], [person(7)])
    assert [t.verdict for t in told] == ["ask", "ask"] and told[0].candidates == (-2, 7)


def test_newborns_of_one_mother_and_day_are_both_asked():
    told = match_new([person(-1, full_name="Gái", sex="F"), person(-2, full_name=None, sex="F", village=None)], [])
    assert [t.verdict for t in told] == ["ask", "ask"]


def test_a_newborn_boy_and_girl_of_one_mother_are_two_children():
    told = match_new([person(-1, full_name="Gái", sex="F"), person(-2, full_name="Trai")], [])
    assert [t.verdict for t in told] == ["new", "new"]


def test_an_unnamed_newborn_is_the_only_child_of_its_mother_day_and_sex():
    told = verdict(person(-1, full_name="Trai"), person(7))
    assert (told.verdict, told.child, told.rule) == ("same", 7, "mother_birth_sex")
    assert verdict(person(-1), person(7, full_name="Trai")).child == 7
    twins = [person(7), person(8, full_name="Lò Văn Công")]
    assert verdict(person(-1, full_name="Trai"), *twins).verdict == "ask"
    assert verdict(person(-1, full_name="Trai", mother_name=None), person(7)).verdict == "new"


def test_a_second_name_beside_a_known_unnamed_twin_is_asked():
    known = [person(7, full_name="Lò Văn Công"), person(8, full_name="Trai")]
    assert verdict(person(-1), *known).verdict == "ask"


def test_two_new_names_for_one_unnamed_newborn_are_both_asked():
    told = match_new([person(-1), person(-2, full_name="Lò Văn Công")], [person(8, full_name="Trai")])
    assert [t.verdict for t in told] == ["ask", "ask"]


def test_an_unnamed_twin_on_the_list_of_its_named_twin_is_asked():
    known = person(7, lists=frozenset({1}))
    assert verdict(person(-1, full_name="Trai", lists=frozenset({1})), known).verdict == "ask"
    assert verdict(person(-1, full_name="Trai", lists=frozenset({2})), known).verdict == "same"


def test_an_open_date_typed_alike_is_the_same_child_and_a_compatible_one_is_asked():
    assert verdict(person(-1, born="2019"), person(7, born="2019")).verdict == "same"
    assert verdict(person(-1, born="2019"), person(7, born="2019-03-05")).reasons == ("birth_open",)
    assert verdict(person(-1, born="2019-04"), person(7, born="2019-03-05")).verdict == "new"


def test_one_child_on_two_lists_of_an_import_is_one_child():
    told = match_new([person(-1), person(-2, village=None), person(-3, full_name="Lò Văn An")], [])
    assert [t.verdict for t in told] == ["new", "same", "new"]
    assert told[1].partner == -1 and told[1].child is None


def test_new_rows_joined_with_one_another_wait_together_for_a_doubt():
    told = match_new([person(-1), person(-2, village=None)], [person(7, mother_name=None)])
    assert [t.verdict for t in told] == ["ask", "ask"]


def test_a_chain_of_new_rows_reaches_the_known_child():
    rows = [
        person(-1, mother_name=None, household_head="Lò Văn Ún"),
        person(-2, household_head="Lò Văn Ún", village=None),
    ]
    told = match_new(rows, [person(7)])
    assert [(t.verdict, t.child, t.partner) for t in told] == [("same", 7, -2), ("same", 7, 7)]


def test_every_reason_has_a_sentence_in_both_languages():
    assert all(vi and en and vi != en for vi, en in REASONS.values())


@given(st.text(max_size=30))
def test_names_are_normalised_as_the_whole_house_does(text):
    assert normalised(text) == normal(text)


@given(st.sampled_from(GROWN), st.sampled_from(GROWN))
def test_relations_of_names_are_symmetric(one, other):
    assert relation(one, other) == relation(other, one)


def confirmed(a, b):
    """An independent reading of what may make two persons the same."""
    if number(a.personal_id) and number(a.personal_id) == number(b.personal_id):
        return True
    if None in (a.birth_first, b.birth_first, a.sex, b.sex) and not (unnamed(a.full_name) or unnamed(b.full_name)):
        return False
    grown = [("mother_name", True), ("father_name", False), ("household_head", False)]
    agree = {f for f, _ in grown if getattr(a, f) and normal(getattr(a, f)) == normal(getattr(b, f) or "")}
    birth = (a.birth_first, a.birth_precision) == (b.birth_first, b.birth_precision) and a.birth_first is not None
    if unnamed(a.full_name) or unnamed(b.full_name):
        return birth and a.birth_precision == "day" and "mother_name" in agree
    return birth and bool(agree) and normal(a.full_name) == normal(b.full_name)


@given(people(1), people(-1))
@settings(max_examples=300)
def test_a_judgement_is_symmetric_and_blanks_never_make_it_same(a, b):
    found = judge(a, b)
    assert found == judge(b, a)
    if found and found.verdict == "same":
        assert confirmed(a, b)


def joined(told, known):
    """Which references are one child after the links, as a map to a root."""
    root = {p.ref: ("child", p.child) if p.child else p.ref for p in known}
    parent = {}

    def find(node):
        while node in parent:
            node = parent[node]
        return node

    for t in told:
        root.setdefault(t.ref, t.ref)
    for t in told:
        if t.verdict == "same":
            one, other = find(root[t.ref]), find(root[t.partner])
            if one != other:
                parent[one] = other
    return {ref: find(node) for ref, node in root.items()}, root


@given(imports())
@settings(max_examples=400)
def test_no_chain_joins_a_decided_pair_or_two_known_children(case):
    new, known, decided = case
    told = match_new(new, known, decided)
    assert [t.ref for t in told] == [p.ref for p in new]
    root, before = joined(told, known)
    for one, other in map(sorted, decided):
        assert root[one] != root[other] or before[one] == before[other]
    children = defaultdict(set)
    for p in known:
        children[root[p.ref]].add(before[p.ref])
    assert all(len(them) == 1 for them in children.values())
    verdicts = {t.ref: t.verdict for t in told}
    for t in told:
        if t.verdict == "same":
            assert verdicts.get(t.partner) != "ask"
            assert t.child == next((p.child for p in known if p.child and before[p.ref] == root[t.ref]), None)
        assert (t.verdict == "ask") == bool(t.candidates)


@given(imports(), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_rows_changes_no_answer(case, chance):
    new, known, decided = case
    shuffled = chance.sample(new, len(new))
    other = {t.ref: t for t in match_new(shuffled, known[::-1], decided)}
    told = match_new(new, known, decided)
    roots, _ = joined(told, known)
    again, _ = joined(list(other.values()), known)
    for t in told:
        assert (t.verdict == "ask") == (other[t.ref].verdict == "ask")
        assert {r for r in roots if roots[r] == roots[t.ref]} == {r for r in again if again[r] == again[t.ref]}


def crowd(count, ref, seed):
    chance = random.Random(seed)
    clans, middles = ["Lò", "Lường", "Quàng", "Cà", "Vàng", "Giàng"], ["Văn", "Thị", "A"]
    given = ["Thành", "Ín", "Pâng", "Sử", "Dua", "An", "Bình", "Công", "Hoà", "Xuân", "Mỷ", "Chu"]

    def name():
        return f"{chance.choice(clans)} {chance.choice(middles)} {chance.choice(given)} {chance.choice(given)}"

    return [
        person(
            ref * (i + 1),
            full_name=name(),
            born=f"{chance.randint(2007, 2024)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            sex=chance.choice("MF"),
            mother_name=name(),
            father_name=name(),
            commune=COMMUNE,
        )
        for i in range(count)
    ]


def test_the_work_grows_with_the_rows_and_not_with_their_square():
    """A tenth of the district against a tenth of the register, far under what pairing all would take."""
    new, known = crowd(1_700, -1, 1), crowd(6_000, 1, 2)
    start = time.process_time()
    match_new(new, known)
    assert time.process_time() - start < 2


if __name__ == "__main__":
    rows, register = crowd(17_000, -1, 1), crowd(60_000, 1, 2)
    start = time.perf_counter()
    found = match_new(rows, register)
    print(f"17,000 against 60,000: {time.perf_counter() - start:.2f} s", len(found))
