"""The notebook on both of its databases: the same tables, the same answers, many at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, make_url, text

from notebook.base import Base
from notebook.decisions import Decision, read_decisions, record_decision
from notebook.place import NotebookError
from notebook.scenarios import (
    find_scenario,
    note_reading,
    remove_scenario,
    rename_scenario,
    save_scenario,
    saved_scenarios,
)
from notebook.store import Notebook, alembic_config, engine_of, migrate, open_notebook
from tests.integration.postgres_server import postgres_server

NOON = datetime(2025, 8, 9, 12, tzinfo=timezone(timedelta(hours=-5)))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def setting(request: pytest.FixtureRequest) -> dict[str, str]:
    """The one setting, naming a database with nothing in it."""
    if request.param == "sqlite":
        return {}
    address = request.getfixturevalue("server")
    name = f"notebook_{uuid4().hex}"
    engine = engine_of(address.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"create database {name}"))
    engine.dispose()
    return {"STAIRSTEP_NOTEBOOK": f"{address.rsplit('/', 1)[0]}/{name}"}


@pytest.fixture
def book(setting: dict[str, str], tmp_path: Path) -> Iterator[Notebook]:
    opened = open_notebook(tmp_path, setting)
    yield opened
    opened.engine.dispose()


def _save(book: Notebook, name: str = "August", rooftops: tuple[str, ...] = ("north",)):  # noqa: ANN202
    return save_scenario(
        book,
        place_code=rooftops[0] if len(rooftops) == 1 else "group",
        name=name,
        rooftop_ids=rooftops,
        levers={"levers": [{"kind": "cars", "units": 5}]},
        figures={"amount_after": "70800.00"},
        as_of_date=date(2025, 8, 9),
        content_hash="abc",
        created_at=NOON,
        created_by="gsm@example.com",
    )


def test_a_saved_scenario_is_read_back_as_it_was(book: Notebook) -> None:
    saved = _save(book)
    assert find_scenario(book, saved.scenario_id, None) == saved
    assert find_scenario(book, "August", None, "north") == saved
    assert find_scenario(book, "August", None, "south") is None
    assert saved.created_at == NOON and saved.created_at.utcoffset() == timedelta(0)
    assert saved.figures == {"amount_after": "70800.00"}


def test_a_day_read_again_keeps_the_later_reading(book: Notebook) -> None:
    saved = _save(book)
    for day, amount in ((11, "1.00"), (10, "2.00"), (11, "3.00")):
        note_reading(
            book, saved.scenario_id, as_of_date=date(2025, 8, day), content_hash=amount,
            figures={"amount_after": amount}, read_at=NOON,
        )  # fmt: skip
    found = find_scenario(book, saved.scenario_id, None)
    assert [(one.as_of_date.day, one.figures["amount_after"]) for one in found.readings] == [
        (10, "2.00"),
        (11, "3.00"),
    ]
    assert replace(found, readings=()) == saved


def test_who_may_not_see_every_rooftop_of_it_sees_nothing_of_it(book: Notebook) -> None:
    one, both = _save(book), _save(book, rooftops=("north", "south"))
    assert {found.scenario_id for found in saved_scenarios(book, None)} == {
        one.scenario_id,
        both.scenario_id,
    }
    assert saved_scenarios(book, {"north"}) == (one,)
    assert saved_scenarios(book, set()) == ()
    assert saved_scenarios(book, {"north", "south"}, "south") == (both,)
    assert find_scenario(book, both.scenario_id, {"north"}) is None
    assert not remove_scenario(book, both.scenario_id, {"north"})
    assert remove_scenario(book, both.scenario_id, {"north", "south", "west"})
    assert saved_scenarios(book, None) == (one,)


def test_a_name_is_free_once_in_a_place(book: Notebook) -> None:
    _save(book)
    _save(book, rooftops=("south",))
    with pytest.raises(NotebookError, match="'August' is saved already for north"):
        _save(book, name="  August ")
    with pytest.raises(NotebookError, match="1 to 120 characters"):
        _save(book, name=" ")


def test_another_name_is_given_by_who_may_see_it_alone(book: Notebook) -> None:
    one, _ = _save(book), _save(book, name="Other")
    renamed = rename_scenario(book, one.scenario_id, "  Better  name ", {"north"})
    assert renamed.name == "Better name"
    with pytest.raises(NotebookError, match="'Other' is saved already for north"):
        rename_scenario(book, one.scenario_id, "Other", None)
    with pytest.raises(NotebookError, match="no scenario"):
        rename_scenario(book, one.scenario_id, "Mine", {"south"})
    found = find_scenario(book, one.scenario_id, None)
    assert found is not None
    assert (found.name, found.levers) == ("Better name", one.levers)


def test_what_is_removed_takes_its_readings_along(book: Notebook) -> None:
    saved = _save(book)
    note_reading(
        book, saved.scenario_id, as_of_date=date(2025, 8, 10), content_hash="x", figures={},
        read_at=NOON,
    )  # fmt: skip
    assert remove_scenario(book, saved.scenario_id, None)
    with book.reading() as session:
        left = [
            session.scalar(text(f"select count(*) from {table}"))
            for table in ("saved_scenario", "saved_scenario_rooftop", "scenario_reading")
        ]
    assert left == [0, 0, 0]


def test_tables_and_migrations_say_the_same(book: Notebook) -> None:
    with book.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back(book: Notebook) -> None:
    with book.engine.execution_options(writes=True).begin() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate(book.engine)
    _save(book)


def test_many_open_and_write_at_once(setting: dict[str, str], tmp_path: Path) -> None:
    faults: list[BaseException] = []
    start = threading.Barrier(6)

    def open_and_save(number: int) -> None:
        try:
            start.wait()
            opened = open_notebook(tmp_path, setting)
            for again in range(5):
                _save(opened, name=f"{number}-{again}")
            opened.engine.dispose()
        except BaseException as error:  # noqa: BLE001 - handed to the test, which shows it
            faults.append(error)

    threads = [threading.Thread(target=open_and_save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    opened = open_notebook(tmp_path, setting)
    assert len(saved_scenarios(opened, None)) == 30
    opened.engine.dispose()


def test_a_newer_notebook_is_refused(book: Notebook) -> None:
    with book.writing() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(NotebookError, match="of a newer version"):
        migrate(book.engine)


def test_the_setting_decides_where_it_is(setting: dict[str, str], tmp_path: Path) -> None:
    opened = open_notebook(tmp_path, setting)
    _save(opened)
    opened.engine.dispose()
    is_file = (tmp_path / "notebook" / "notebook.sqlite").exists()
    assert is_file == (not setting)
    if setting:
        assert make_url(str(opened.engine.url)).get_backend_name() == "postgresql"


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="can't be opened") as caught:
        open_notebook(tmp_path, {"STAIRSTEP_NOTEBOOK": "postgresql://me:secret@127.0.0.1:1/x"})
    assert "secret" not in str(caught.value)


def test_a_moment_without_its_zone_is_refused(book: Notebook) -> None:
    saved = _save(book)
    with pytest.raises(Exception, match="without a time zone"):
        note_reading(
            book, saved.scenario_id, as_of_date=date(2025, 8, 10), content_hash="x", figures={},
            read_at=NOON.astimezone(UTC).replace(tzinfo=None),
        )  # fmt: skip


def _decide(book: Notebook, verdict: str = "chase", **changes: object) -> Decision:
    given = {
        "rooftop_id": "north",
        "program_code": "nissan-one",
        "period_code": "2025-08",
        "reason": "one truck short",
        "decided_by": "gsm@summit.example",
        "decided_at": NOON,
        "as_of_date": date(2025, 8, 9),
        "content_hash": "abc",
        "figures": {"chance": 0.41, "stake_amount": "33600.00"},
    }
    return record_decision(book, verdict=verdict, **{**given, **changes})


def test_a_decision_keeps_its_figures_and_the_newest_comes_first(book: Notebook) -> None:
    first = _decide(book)
    second = _decide(book, "let_go", decided_at=NOON + timedelta(days=3), reason=" too dear now ")
    elsewhere = _decide(book, rooftop_id="south", decided_at=NOON + timedelta(days=1))
    assert first.decided_at == NOON and first.figures["stake_amount"] == "33600.00"
    assert second.reason == "too dear now"
    assert read_decisions(book, None) == (second, elsewhere, first)
    assert read_decisions(book, None, "south") == (elsewhere,)
    assert read_decisions(book, {"south"}) == (elsewhere,)
    assert read_decisions(book, set()) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "maybe"}, "one of chase, let_go"),
        ({"reason": " x "}, "say why"),
        ({"reason": "x" * 2001}, "say why"),
        ({"decided_by": "  "}, "who decides"),
    ],
)
def test_a_decision_without_its_reason_is_refused(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    book = open_notebook(tmp_path, {})
    with pytest.raises(NotebookError, match=message):
        _decide(book, **changes)
    assert read_decisions(book, None) == ()
    book.engine.dispose()
