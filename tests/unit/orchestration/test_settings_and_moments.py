"""Settings are typed and say what is wrong; moments are read as people write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.moments import MomentError, Moments, parse_moment
from orchestration.settings import Settings, SettingsError, read_settings

CHICAGO = "America/Chicago"


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(Home(tmp_path), {}) == Settings()


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("draws: 500\nseed: 7\n")
    settings = read_settings(Home(tmp_path), {"STAIRSTEP_SEED": "8"})
    assert (settings.draws, settings.seed) == (500, 8)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("draws: 50\n", "setting 'draws'"),
        ("drawers: 500\n", "setting 'drawers'"),
        ("daily_at: 25:00\n", "setting 'daily_at'"),
        ("storage: mysql://x\n", "setting 'storage'"),
        ("- draws\n", "setting: value"),
        ("draws: [\n", "not readable YAML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    with pytest.raises(SettingsError, match=named):
        read_settings(Home(tmp_path), {})


def test_a_storage_address_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(Home(tmp_path), {"STAIRSTEP_STORAGE": "mysql://user:hidden@host/db"})
    assert "hidden" not in str(caught.value)


def test_a_date_is_that_morning_in_the_groups_zone() -> None:
    assert parse_moment("2025-08-15", CHICAGO).isoformat() == "2025-08-15T07:00:00-05:00"


def test_a_moment_without_a_zone_is_in_the_groups_zone() -> None:
    assert parse_moment("2025-01-15T18:30", CHICAGO).isoformat() == "2025-01-15T18:30:00-06:00"


def test_a_moment_with_a_zone_keeps_it() -> None:
    assert parse_moment("2025-08-15T12:00:00Z", CHICAGO).isoformat() == "2025-08-15T12:00:00+00:00"


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "15.08.2025", "2025-8-15"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(MomentError, match="--as-of"):
        parse_moment(text, CHICAGO)


def test_the_date_is_the_groups_not_utcs() -> None:
    late = parse_moment("2025-08-16T03:00:00Z", CHICAGO)  # ten in the evening of the 15th
    moments = Moments.of(late, None, CHICAGO)
    assert moments.as_of_date == date(2025, 8, 15)
    assert moments.known_at == moments.as_of
