"""dbt in this process: what its results become, and that an interrupt stays one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from orchestration.assets.dbt import errors, verdicts_of
from orchestration.dbt_build import DbtError, NodeResult, _invoke, raise_failed


def _node(name: str, kind: str, status: str, failures: int | None = None) -> NodeResult:
    return NodeResult(f"{kind}.p.{name}", name, kind, status, 0.1, failures, "it said\nthis")


def _runner(exception: BaseException | None) -> SimpleNamespace:
    return SimpleNamespace(invoke=lambda arguments: SimpleNamespace(exception=exception))


def test_an_interrupt_within_dbt_is_raised_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        _invoke(_runner(KeyboardInterrupt()), ["parse"])


def test_an_error_of_dbt_comes_back_in_its_result() -> None:
    error = ValueError("no such model")
    assert _invoke(_runner(error), ["parse"]).exception is error


def test_the_first_failure_is_told_in_one_line_with_how_many_more() -> None:
    results = [
        _node("fine", "model", "success"),
        _node("unique_key", "test", "fail", 3),
        _node("late", "model", "error"),
        _node("after", "model", "skipped"),
    ]
    with pytest.raises(DbtError) as caught:
        raise_failed(results)
    assert str(caught.value) == "dbt test unique_key fail (3 rows): it said this; and 1 more"


def test_warnings_and_passes_raise_nothing() -> None:
    raise_failed(
        [_node("a", "test", "warn", 2), _node("b", "test", "pass"), _node("c", "model", "success")]
    )


def test_a_failed_test_is_a_verdict_and_a_broken_model_an_error() -> None:
    failed, warned = _node("keys", "test", "fail", 1), _node("rare", "test", "warn", 4)
    verdicts = verdicts_of([failed, warned, _node("fine", "test", "pass")])
    assert [(v["expectation"], v["severity"]) for v in verdicts] == [
        ("keys", "critical"),
        ("rare", "warning"),
    ]
    assert not errors([failed, warned])
    assert errors([_node("broken", "model", "error"), failed])
