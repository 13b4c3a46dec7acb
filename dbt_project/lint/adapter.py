"""A stand-in for dbt's adapter: what our dispatched macros (macros/engine.sql) spell on DuckDB."""

from __future__ import annotations

from collections.abc import Callable

SPELLINGS: dict[str, Callable[..., object]] = {
    "type_moment": lambda: "timestamp with time zone",
    "type_wide_int": lambda: "hugeint",
    "local_date": lambda time_zone, moment: f"cast(timezone({time_zone}, {moment}) as date)",
    "divided_half_up": lambda numerator, denominator: f"div({numerator}, {denominator})",
    "divided_down": lambda numerator, denominator: f"div({numerator}, {denominator})",
    "quarter_hour_number": lambda moment: f"(epoch_ms({moment}) // 900000)",
    "landing_has": lambda name: True,
}


def dispatch(macro_name: str) -> Callable[..., object]:
    return SPELLINGS[macro_name]
