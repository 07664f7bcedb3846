"""Bringing the tables up to date, by the numbered steps in ``migrations/versions``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from roomtone.service.store.errors import DatabaseUnusable

if TYPE_CHECKING:
    from sqlalchemy import Connection


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file, the steps ship inside the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def migrate(connection: Connection) -> None:
    """Run the missing steps inside the connection's transaction.

    Raises:
        DatabaseUnusable: If the database is at a step that this program does not have.
    """
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseUnusable(
            f"the database was written by a newer Roomtone (step {current}); install that version or newer"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
