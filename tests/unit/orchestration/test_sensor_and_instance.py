"""The sensor and the schedule as Dagster asks them, and the instance that the settings describe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config_schema

from orchestration.automation import JOB, daily_schedule, inbox_sensor
from orchestration.execute import prepare_instance
from orchestration.home import Home
from orchestration.settings import Settings

LATER = 4_102_444_800.0  # the year 2100: every file of a test has settled by then
SETTINGS = Settings(settle_seconds=30)


@dg.op
def _nothing() -> None:
    return None


@dg.job(name=JOB)
def _everything() -> None:
    _nothing()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "sales.csv").write_text("a")
    return Home(tmp_path)


def _look(home: Home, instance: dg.DagsterInstance, cursor: str | None = None) -> Any:
    sensor = inbox_sensor(home, SETTINGS, _everything, now=lambda: LATER)
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    return sensor.evaluate_tick(context)


def test_new_content_asks_for_one_run_and_is_then_known(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = _look(home, instance)
        assert len(first.run_requests) == 1
        second = _look(home, instance, first.cursor)
        assert second.run_requests == []
        assert "no new content in 1 files" in second.skip_message


def test_the_same_content_under_another_name_asks_for_nothing(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = _look(home, instance)
        (home.inbox / "again.csv").write_text("a")
        assert _look(home, instance, first.cursor).run_requests == []
        (home.inbox / "other.csv").write_text("b")
        third = _look(home, instance, first.cursor)
        assert len(third.run_requests) == 1
        assert third.run_requests[0].run_key != first.run_requests[0].run_key


def test_while_a_run_is_under_way_it_waits(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.create_run_for_job(_everything, status=dg.DagsterRunStatus.STARTED)
        looked = _look(home, instance)
        assert looked.run_requests == []
        assert "a run is under way" in looked.skip_message


def test_the_daily_run_is_in_the_groups_time_zone() -> None:
    schedule = daily_schedule(Settings(daily_at="06:05"), "America/Chicago", _everything)
    assert schedule.cron_schedule == "5 6 * * *"
    assert schedule.execution_timezone == "America/Chicago"


@pytest.mark.parametrize("storage", ["sqlite", "postgresql://stairstep@db.invalid/dagster"])
def test_one_setting_chooses_the_storage(
    tmp_path: Path, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAGSTER_HOME", "STAIRSTEP_STORAGE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    folder = prepare_instance(Home(tmp_path), Settings(storage=storage))
    text = (folder / "dagster.yaml").read_text()
    config = yaml.safe_load(text)
    assert config["telemetry"] == {"enabled": False}
    assert set(config) <= set(dagster_instance_config_schema())
    if storage == "sqlite":
        assert "storage" not in config
    else:
        assert config["storage"] == {"postgres": {"postgres_url": {"env": "STAIRSTEP_STORAGE"}}}
        assert storage not in text, "an address may hold a password"
        assert os.environ["STAIRSTEP_STORAGE"] == storage
    assert os.environ["DAGSTER_HOME"] == str(folder)


def test_the_instance_file_is_left_alone_when_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    folder = prepare_instance(Home(tmp_path), Settings())
    before = (folder / "dagster.yaml").stat().st_mtime_ns
    prepare_instance(Home(tmp_path), Settings())
    assert (folder / "dagster.yaml").stat().st_mtime_ns == before
