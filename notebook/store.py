"""Opening a notebook: the engine, its migrations, and sessions that read or write.

Several processes may open one at the same time (the app, the command line, the morning's run): the
first migrates it under a lock, the others wait. What is read and written is beside this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from notebook.place import NotebookError, address_of

MIGRATIONS = Path(__file__).parent / "migrations"
# Seconds a writer waits for another one; a note is written in milliseconds.
BUSY_SECONDS = 15
# Any number, as long as it is this notebook's alone: two migrations at once would both make tables.
_MIGRATION_LOCK = 7_283_310


@dataclass(frozen=True)
class Notebook:
    """An opened notebook, migrated to what this version expects."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes all of it or nothing."""
        engine = self.engine.execution_options(writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session


def open_notebook(home: Path, environ: Mapping[str, str] | None = None) -> Notebook:
    """The notebook of a group's home, made or migrated where needed.

    Raises NotebookError when it can't be reached, or a newer version has written it.
    """
    address = address_of(home, environ)
    if address.startswith("sqlite"):
        try:
            (home / "notebook").mkdir(exist_ok=True)
        except OSError as error:
            raise NotebookError(f"{home / 'notebook'} can't be made: {error.strerror}") from error
    engine = engine_of(address)
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        shown = make_url(address).render_as_string(hide_password=True)
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise NotebookError(f"the notebook at {shown} can't be opened: {first}") from error
    return Notebook(engine)


def engine_of(address: str) -> Engine:
    """The engine of an address; SQLite with the habits that several processes need."""
    if not address.startswith("sqlite"):
        return create_engine(address, pool_pre_ping=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Brings the tables to this version's, under a lock; nothing when they are there already."""
    script = ScriptDirectory(str(MIGRATIONS))
    head = script.get_current_head()
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    if at == head:
        return
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = text("select pg_advisory_xact_lock(:lock)")
            connection.execute(lock, {"lock": _MIGRATION_LOCK})
        at = MigrationContext.configure(connection).get_current_revision()
        if at is not None and at not in {known.revision for known in script.walk_revisions()}:
            raise NotebookError(
                f"the notebook is of a newer version (its tables are at '{at}'); "
                "bring Stairstep up to date and try again"
            )
        command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, working on a connection that is open already."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # Transactions are begun by _begin_sqlite: the driver's own ones leave out changes of tables.
    connection.isolation_level = None
    for pragma in ("journal_mode = wal", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: one that has read already could not wait for another.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")
