"""Bringing the schema to its newest version: Alembic, run from the package, in the caller's engine."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, update

from childdb.store.models import setting
from schemas.errors import ChildDBError

HEAD = "0001"


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("childdb.store") / "migrations"))
    return config


def upgrade(engine: Engine) -> None:
    """Upgrade to HEAD in one transaction; a store that is there already does not change."""
    config = configuration()
    with engine.connect() as plain:
        connection = plain.execution_options(childdb_write=True)
        with connection.begin():
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as fault:
                raise ChildDBError(
                    "Kho dữ liệu do phiên bản childdb mới hơn tạo ra; hãy cập nhật childdb.",
                    "The store was made by a newer version of childdb; update childdb.",
                ) from fault
            connection.execute(update(setting).where(setting.c.name == "schema").values(value=HEAD.encode()))
