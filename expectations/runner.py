"""Asks suites of frames through Great Expectations and gives back typed verdicts.

It guards what Great Expectations lets through: an exception inside a result is raised, never a
verdict; a suite without checks is refused; a frame without rows fails unless its suite says that
can be right.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from expectations.suites import Check, Suite, Verdict

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 5
NOT_EMPTY = "frame_has_rows"


class ExpectationError(RuntimeError):
    """A check could not be asked: a fault of the suite or the frame, not of the data."""


def run_suite(suite: Suite, frame: pd.DataFrame) -> list[Verdict]:
    """A verdict per check of `suite` on `frame`, in the suite's order.

    Raises ExpectationError when the suite is empty, names a check twice, a column is missing, or
    anything is raised while a check is asked.
    """
    _check_suite(suite, frame)
    if frame.empty:
        return [_empty_verdict(suite)]
    results = _validate(suite, frame)
    return [_verdict(suite, check, results[check.name]) for check in suite.checks]


def is_stop(verdict: Verdict) -> bool:
    """True when the verdict stops the walk."""
    return verdict.severity == "critical" and not verdict.success


def _check_suite(suite: Suite, frame: pd.DataFrame) -> None:
    if not suite.checks:
        raise ExpectationError(f"suite {suite.name} has no checks, so it would pass anything")
    names = [check.name for check in suite.checks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ExpectationError(f"suite {suite.name} names {', '.join(twice)} twice")
    for check in suite.checks:
        missing = [column for column in _columns(check) if column not in frame.columns]
        if missing:
            raise ExpectationError(
                f"suite {suite.name}, {check.name}: the frame has no column {', '.join(missing)}"
            )


def _columns(check: Check) -> list[str]:
    given = check.arguments
    named = [given[key] for key in ("column", "column_A", "column_B") if key in given]
    return [*named, *given.get("column_list", ())]


def _empty_verdict(suite: Suite) -> Verdict:
    return Verdict(
        suite=suite.name,
        asset=suite.asset,
        expectation=NOT_EMPTY,
        column="",
        severity="critical",
        success=suite.may_be_empty,
        unexpected_count=0 if suite.may_be_empty else 1,
        details="no rows, which can be"
        if suite.may_be_empty
        else "no rows where there must be some",
    )


def _validate(suite: Suite, frame: pd.DataFrame) -> dict[str, Any]:
    gx, expectations = _great_expectations()
    asset = _frames().add_dataframe_asset(suite.name)
    try:
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        asked = gx.ExpectationSuite(
            suite.name,
            expectations=[
                getattr(expectations, check.kind)(
                    **check.arguments, severity=check.severity, meta={"name": check.name}
                )
                for check in suite.checks
            ],
        )
        outcome = batch.validate(asked, result_format="SUMMARY")
    finally:
        _frames().delete_asset(suite.name)
    results = {}
    for result in outcome.results:
        name = result.expectation_config.meta["name"]
        _raise_exceptions(suite, name, result.exception_info)
        results[name] = result
    missing = {check.name for check in suite.checks} - set(results)
    if missing:
        raise ExpectationError(f"suite {suite.name}: no result for {', '.join(sorted(missing))}")
    return results


def _raise_exceptions(suite: Suite, name: str, info: Mapping[str, Any] | None) -> None:
    """Great Expectations gives either one record or one per metric; both may hold an exception."""
    if not info:
        return
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if record.get("raised_exception"):
            raise ExpectationError(
                f"suite {suite.name}, {name}: {record.get('exception_message') or 'raised'}"
            )


def _verdict(suite: Suite, check: Check, result: Any) -> Verdict:
    found = result.result
    count = int(found.get("unexpected_count", 0 if result.success else 1))
    of = int(found.get("element_count", 0))
    return Verdict(
        suite=suite.name,
        asset=suite.asset,
        expectation=check.name,
        column=check.column,
        severity=check.severity,
        success=bool(result.success),
        unexpected_count=count,
        details=f"{of} checked" if result.success else f"{count} of {of}: {check.why}",
        examples=()
        if result.success
        else tuple(_shown(value) for value in found.get("partial_unexpected_list", [])[:EXAMPLES]),
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_shown(item)}" for key, item in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(_shown(item) for item in value)
    return str(value.item() if hasattr(value, "item") else value)


@lru_cache(maxsize=1)
def _great_expectations() -> tuple[Any, Any]:
    """The package, imported at first use: it costs 4 to 14 s."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import great_expectations.expectations as expectations

    return gx, expectations


@lru_cache(maxsize=1)
def _frames() -> Any:
    gx, _ = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_pandas("frames")
