"""The words that suites are written in: a check, a suite, a verdict.

Plain data without Great Expectations, which costs seconds to import: a check names its expectation
and its arguments, the runner (`expectations.runner`) makes the real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Check:
    """One expectation of one frame.

    `name` says what holds, in words; `kind` is the expectation's class in Great Expectations; `why`
    says what is wrong for a dealer when it doesn't hold.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    why: str
    severity: Severity = "critical"

    @property
    def column(self) -> str:
        """The column or columns that it looks at, for people."""
        given = self.arguments
        if "column" in given:
            return str(given["column"])
        if "column_A" in given:
            return f"{given['column_A']}, {given['column_B']}"
        return ", ".join(given.get("column_list", ()))


@dataclass(frozen=True)
class Suite:
    """The checks of one frame, asked together."""

    name: str
    asset: str  # what the verdicts are about, as people know it: 'landing/dms_deals'
    checks: tuple[Check, ...]
    # An expectation holds of nothing at all, so a frame without rows fails unless that can be
    # right.
    may_be_empty: bool = False


@dataclass(frozen=True)
class Verdict:
    """What became of one check on real data."""

    suite: str
    asset: str
    expectation: str
    column: str
    severity: Severity
    success: bool
    unexpected_count: int
    details: str
    examples: tuple[str, ...] = field(default=())

    def as_record(self) -> dict[str, Any]:
        """The verdict as it is written to last_run.json."""
        return {
            "suite": self.suite,
            "asset": self.asset,
            "expectation": self.expectation,
            "column": self.column,
            "severity": self.severity,
            "success": self.success,
            "unexpected_count": self.unexpected_count,
            "examples": list(self.examples),
            "details": self.details,
        }


def _check(name: str, kind: str, why: str, severity: Severity, **arguments: Any) -> Check:
    return Check(name, kind, MappingProxyType(arguments), why, severity)


def not_null(column: str, why: str, severity: Severity = "critical") -> Check:
    return _check(
        f"{column}_is_given", "ExpectColumnValuesToNotBeNull", why, severity, column=column
    )


def unique(columns: list[str], why: str, severity: Severity = "critical") -> Check:
    if len(columns) == 1:
        return _check(
            f"{columns[0]}_is_unique",
            "ExpectColumnValuesToBeUnique",
            why,
            severity,
            column=columns[0],
        )
    return _check(
        "key_is_unique", "ExpectCompoundColumnsToBeUnique", why, severity, column_list=columns
    )


def between(
    column: str,
    why: str,
    *,
    low: float | None = None,
    high: float | None = None,
    name: str | None = None,
    severity: Severity = "critical",
) -> Check:
    bounds = {"min_value": low, "max_value": high}
    return _check(
        name or f"{column}_is_in_range",
        "ExpectColumnValuesToBeBetween",
        why,
        severity,
        column=column,
        **{key: value for key, value in bounds.items() if value is not None},
    )


def zero(column: str, why: str, severity: Severity = "critical", name: str | None = None) -> Check:
    return between(column, why, low=0, high=0, name=name or f"{column}_is_zero", severity=severity)


def one_of(column: str, values: list[Any], why: str, severity: Severity = "critical") -> Check:
    return _check(
        f"{column}_is_known",
        "ExpectColumnValuesToBeInSet",
        why,
        severity,
        column=column,
        value_set=values,
    )


def at_least(
    larger: str, smaller: str, why: str, severity: Severity = "critical", name: str | None = None
) -> Check:
    """In each row `larger` >= `smaller`."""
    return _check(
        name or f"{larger}_is_at_least_{smaller}",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        why,
        severity,
        column_A=larger,
        column_B=smaller,
        or_equal=True,
    )


def equal(first: str, second: str, why: str, severity: Severity = "critical") -> Check:
    return _check(
        f"{first}_equals_{second}",
        "ExpectColumnPairValuesToBeEqual",
        why,
        severity,
        column_A=first,
        column_B=second,
    )


def adds_up(name: str, columns: list[str], why: str, severity: Severity = "critical") -> Check:
    """In each row the columns add up to zero: give the total as a negative column."""
    return _check(
        name, "ExpectMulticolumnSumToEqual", why, severity, column_list=columns, sum_total=0
    )
