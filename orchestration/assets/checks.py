"""Gates as blocking asset checks: one list, one maker.

Each suite is a check of its own asset; each gate has one blocking check, named as the gate, on the
asset that all that follows depends on. A critical verdict fails it and nothing downstream runs; a
warning is shown and the walk goes on. An exception while asking fails the step. What is asked
belongs to `orchestration.gates` and `expectations`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from expectations import forecasts, landed, marts
from expectations.suites import Suite, Verdict
from orchestration.gates import run as gates
from orchestration.walk import Walk


@dataclass(frozen=True)
class Gate:
    """One gate of the walk: its suites, and how they are asked."""

    name: str
    keeper: dg.AssetKey  # everything after the gate depends on it, so its check holds the walk
    suites: tuple[Suite, ...]
    ask: Callable[[Walk, Callable[[str], None]], list[Verdict]]


def _ask_landed(walk: Walk, moved: Callable[[str], None]) -> list[Verdict]:
    from orchestration.assets.landing import expected_days

    return gates.landed_gate(walk.home, walk.moments, walk.group, expected_days(walk), moved)


GATES: tuple[Gate, ...] = (
    Gate(
        "gate_landed",
        dg.AssetKey(["landing", "files"]),
        (*landed.KINDS.values(), *landed.ACROSS),
        _ask_landed,
    ),
    Gate(
        "gate_marts",
        dg.AssetKey(["marts", "fct_program_standing"]),
        marts.SUITES,
        lambda walk, moved: gates.marts_gate(walk.home, walk.moments, moved),
    ),
    Gate(
        "gate_forecasts",
        dg.AssetKey(["forecast", "fct_forecast"]),
        forecasts.SUITES,
        lambda walk, moved: gates.forecasts_gate(walk.home, moved),
    ),
)


def gate_checks(families: dict[str, Sequence[dg.AssetKey]]) -> list[dg.AssetChecksDefinition]:
    """The checks of every gate; `families` holds the assets that must be there before it asks."""
    return [_checks(gate, families[gate.name]) for gate in GATES]


def _checks(gate: Gate, family: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            name=suite.name,
            asset=asset_key(suite),
            description="; ".join(check.name for check in suite.checks),
            additional_deps=[key for key in family if key != asset_key(suite)],
        )
        for suite in gate.suites
    ]
    specs.append(
        dg.AssetCheckSpec(
            name=gate.name,
            asset=gate.keeper,
            blocking=True,
            description="No critical check of this gate fails.",
            additional_deps=[key for key in family if key != gate.keeper],
        )
    )

    @dg.multi_asset_check(name=gate.name, specs=specs, required_resource_keys={"walk"})
    def checks(context: dg.AssetCheckExecutionContext):
        walk: Walk = context.resources.walk
        with walk.stage(gate.name) as counts:
            verdicts = gate.ask(walk, lambda suite: walk.journal.progress.moved(gate.name, suite))
            walk.journal.note_gates([verdict.as_record() for verdict in verdicts])
            failed = [verdict for verdict in verdicts if not verdict.success]
            counts.rows_in = counts.rows_out = len(verdicts)
            counts.more = {"checks": len(verdicts), "failed": len(failed)}
        stops = [verdict for verdict in failed if verdict.severity == "critical"]
        if stops:
            walk.journal.note_gate_stop(gate.name, stop_message(stops))
        for suite in gate.suites:
            yield _result(suite, [v for v in verdicts if v.suite == suite.name])
        yield dg.AssetCheckResult(
            asset_key=gate.keeper,
            check_name=gate.name,
            passed=not stops,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"critical": len(stops), "warnings": len(failed) - len(stops)},
        )

    return checks


def stop_message(stops: Sequence[Verdict]) -> str:
    """What stopped the walk, in one line."""
    first = stops[0]
    more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
    return f"{first.asset}: {first.expectation}: {first.details}{more}"


def asset_key(suite: Suite) -> dg.AssetKey:
    """The asset that a suite is about, as dbt and landing key it."""
    return dg.AssetKey(suite.asset.split("/"))


def _result(suite: Suite, verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    failed = [verdict for verdict in verdicts if not verdict.success]
    is_stop = any(verdict.severity == "critical" for verdict in failed)
    severity = dg.AssetCheckSeverity.ERROR if is_stop else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=asset_key(suite),
        check_name=suite.name,
        passed=not failed,
        severity=severity,
        metadata={
            "checks": len(verdicts),
            "failed": len(failed),
            **{verdict.expectation: verdict.details for verdict in failed},
        },
    )
