"""A landing step that fails says where, and never what it was reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration.assets import landing
from orchestration.home import Home
from orchestration.journal import Journal, Silent
from orchestration.landing.report import LandingReport
from orchestration.settings import Settings

CUSTOMER = "Snicket Quillfeather"


def _walk(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(
        home=Home(tmp_path),
        settings=Settings(settle_seconds=0),
        started_at=datetime(2025, 8, 15, tzinfo=UTC),
        journal=SimpleNamespace(progress=Silent()),
    )


def test_a_readers_error_goes_on_without_the_line_it_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"could not read: 1203,{CUSTOMER},5N1AT2MV")

    monkeypatch.setattr("orchestration.landing.land.land_kind", broken)
    with pytest.raises(landing.LandingFailed) as caught:
        landing._land(_walk(tmp_path), "dms/deals", "landing/dms_deals")
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert CUSTOMER not in " ".join(str(error) for error in chain)
    assert "dms/deals could not be landed (ValueError at test_landing_asset.py" in str(caught.value)


def test_a_file_that_is_held_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def held_once(home: Path, kind: str, *_: object, **__: object) -> LandingReport:
        calls.append(kind)
        if len(calls) == 1:
            raise PermissionError(13, "held by another program", "inbox/sales.csv")
        return LandingReport(kind, (), 0, 0, 0, (), 0.0)

    monkeypatch.setattr("orchestration.landing.land.land_kind", held_once)
    monkeypatch.setattr(landing, "RETRY_SECONDS", 0.01)
    home = Home(tmp_path)
    journal = Journal(home, "run", as_of="", known_at="", progress=Silent())
    walk = _walk(tmp_path)
    walk.journal, walk.stage, walk.has_waiting_files = journal, journal.stage, False
    policy = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=1))
    asset = landing.landing_assets(policy)[0]
    result = dg.materialize([asset], resources={"walk": walk}, raise_on_error=False)
    assert result.success
    assert calls == ["dms/deals", "dms/deals"]
    assert journal.failure is None, "a step that was tried again is not a failed run"


def test_what_the_system_says_goes_on_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "inbox/sales.csv")

    monkeypatch.setattr("orchestration.landing.land.land_kind", held)
    with pytest.raises(PermissionError, match=r"inbox/sales\.csv"):
        landing._land(_walk(tmp_path), "dms/deals", "landing/dms_deals")
