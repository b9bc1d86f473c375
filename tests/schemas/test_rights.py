"""Rights: what each role sees and may, and which roles go together."""

from __future__ import annotations

import pytest

from schemas.codes import successions, units
from schemas.errors import UsageFault
from schemas.rights import ACTIONS, ROLES, WORDS, local, rights_of


def _some_commune() -> str:
    return next(s.successor for s in successions() if units()[s.successor].level == "commune")


@pytest.mark.parametrize(
    ("role", "names", "everywhere", "may"),
    [
        ("collaborator", True, False, ""),
        ("commune", True, False, "import correct"),
        ("district", True, True, "import correct decide report send answer"),
        ("province", True, True, "report"),
        ("analyst", False, True, "report"),
        ("administrator", False, False, "administer"),
    ],
)
def test_each_role_sees_and_may_what_the_table_says(role, names, everywhere, may):
    places = [_some_commune()] if role in ("collaborator", "commune") else []
    rights = rights_of("lan", [role], places)
    assert (rights.sees_names, rights.communes is None, rights.sees_sealed) == (names, everywhere, False)
    assert {a for a in ACTIONS if rights.may(a)} == set(may.split())


def test_a_commune_sees_itself_and_what_became_it_and_nothing_else():
    here = _some_commune()
    rights = rights_of("lan", ["commune", "sealed"], [here])
    earlier = {s.key for s in successions() if s.successor == here}
    assert rights.sees_sealed
    assert rights.communes == {here, *earlier}


def test_an_administrator_alone_sees_no_child():
    rights = rights_of("quan tri", ["administrator"], [])
    assert not rights.sees_children
    assert rights.communes == frozenset()


@pytest.mark.parametrize(
    ("roles", "places"),
    [
        (["district", "analyst"], []),
        (["commune"], []),
        (["district"], [_some_commune()]),
        (["analyst", "sealed"], []),
        (["collaborator", "sealed"], [_some_commune()]),
        (["sealed"], []),
        (["king"], []),
    ],
)
def test_roles_that_do_not_go_together_are_refused(roles, places):
    with pytest.raises(UsageFault):
        rights_of("lan", roles, places)


def test_the_one_computer_of_the_office_may_everything():
    rights = local("lan")
    assert all(rights.may(action) for action in ACTIONS)
    assert rights.sees_names and rights.sees_sealed and rights.communes is None


def test_every_role_has_its_words():
    assert set(WORDS) == set(ROLES)
