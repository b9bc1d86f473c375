"""An office that is made once and copied where a test needs one of its own."""

import pytest

from tests.workflow.office import make


@pytest.fixture(scope="session")
def blank_office(tmp_path_factory):
    office = make(tmp_path_factory.mktemp("blank") / "o")
    yield office
    office.close()
