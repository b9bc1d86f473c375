"""Matching on lists made by somebody who had not seen it."""

import pytest

from tests.matching import strangers
from tests.matching.judge import judged


# the floors stand 0.02 below what was reached when they were set
@pytest.mark.parametrize(("name", "floor"), [("the main set", 0.91), ("after the reform", 0.855)])
def test_of_a_strangers_lists_the_children_are_found_and_hardly_two_are_merged(name, floor):
    alone, _ = judged(*strangers.written(6000, 5, strangers.NAMED[name]))
    assert alone.wrong <= 1
    assert alone.recall > floor
