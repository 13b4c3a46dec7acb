"""The small group's forecast and backtest: what Standing, Rooftops and How good is this? draw.

Belongs here: hand-made figures. The amounts of the rooftops are two draws each, so that their sum
is worked out in the head.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from programs.gates import GateState
from tests.unit.app.published_fixture import TODAY, Rows, money
from tests.unit.app.small_group_samples import DRAWS as SAMPLES

NISSAN, HONDA, FORD = "lakeside-nissan", "northgate-honda", "prairie-ford"
KEYS = {
    "one": (NISSAN, "nissan-one", "volume", "2025-08"),
    "csi": (NISSAN, "csi-quarter-bonus", "volume", "2025-Q3"),
    "honda": (HONDA, "honda-growth", "growth", "2025-08"),
    "ford": (FORD, "ford-f150", "f150", "2025-Q3"),
}
ELEMENT = ("rooftop_id", "program_code", "element_code", "period_code")


def _key(code: str) -> dict[str, str]:
    return dict(zip(ELEMENT, KEYS[code], strict=True))


def forecasts() -> Rows:
    return [
        _key(code) | {
            "as_of_date": TODAY,
            "model_code": "stairstep",
            "units_to_date": now,
            "pending_units": pending,
            "median_units": median,
            "low_80_units": low,
            "high_80_units": high,
            "low_95_units": low - 4,
            "high_95_units": high + 4,
            "expected_units": float(median),
            "expected_amount": money(amount),
            "chance_gates_met": 0.64 if code == "csi" else 1.0,
            "chance_any_tier": chance,
            "decided_by_date": decided,
            "likeliest_tier_number": 0 if code == "csi" else 1,
            "likeliest_tier_chance": 0.59 if code == "csi" else 0.97,
            "history_days": 1000,
        }
        for code, now, pending, median, low, high, amount, chance, decided in (
            ("one", 57, 3, 71, 63, 82, "85212.50", 1.0, TODAY),
            ("csi", 115, 3, 138, 124, 151, "9120.00", 0.41, date(2025, 9, 20)),
            ("honda", 106, 0, 131, 118, 146, "54310.00", 1.0, TODAY),
            ("ford", 25, 0, 44, 35, 53, "14000.00", 1.0, TODAY),
        )
    ]  # fmt: skip


def forecast_tiers() -> Rows:
    return [
        _key(code) | {
            "tier_number": tier,
            "edge_units": edge,
            "chance": chance,
            "chance_with_gates": with_gates,
            "chance_without_pending": without,
        }
        for code, tier, edge, chance, with_gates, without in (
            ("one", 1, 45, 1.0, 1.0, 1.0),
            ("one", 2, 50, 1.0, 1.0, 1.0),
            ("one", 3, 55, 0.973, 0.973, 0.91),
            ("csi", 1, 140, 0.41, 0.26, 0.33),
            ("honda", 1, 100, 1.0, 1.0, 1.0),
            ("ford", 1, 20, 1.0, 1.0, 1.0),
            ("ford", 2, 24, 0.99, 0.99, 0.99),
        )
    ]  # fmt: skip


def forecast_gates() -> Rows:
    """Five surveys at 91.4 where 92 is needed: 3 short, and each perfect one gains 8."""
    return [
        _key("csi") | {
            "gate_code": "csi",
            "conjunct_number": 1,
            "leaf_number": 1,
            "chance_gate_met": 0.64,
            "chance_leaf_met": 0.64,
            "gate_states": [
                int(GateState.MET if draw * 16 % 25 < 16 else GateState.NOT_MET)
                for draw in range(SAMPLES)
            ],
            "assumption": "surveys to come at the store's own pace and scores; against 92",
            "surveys_to_date": 5,
            "expected_surveys_to_come": 8.3,
            "low_80_surveys_to_come": 5,
            "high_80_surveys_to_come": 12,
            "perfect_survey_score": Decimal(100),
            "is_reachable_by_surveys": True,
            "perfect_surveys_needed": 3,
        }
    ]  # fmt: skip


def forecast_days() -> Rows:
    return [
        _key("one") | {
            "date": TODAY + timedelta(days=n),
            "expected_units": 57 + 14 * (n + 1) / 17,
            "low_80_units": 57 + n // 3,
            "median_units": 57 + n * 14 // 17,
            "high_80_units": 58 + n * 3 // 2,
            "needed_units": 57.0,
            "sureness": 0.97,
        }
        for n in range(17)
        if (TODAY + timedelta(days=n)).weekday() < 6
    ]  # fmt: skip


# Two draws a rooftop, in dollars; what they hold stands apart.
DRAWS = {NISSAN: (32_400, 120_000), HONDA: (60_000, 50_000), FORD: (14_000, 14_000)}
HELD = {NISSAN: 4_000}


def forecast_rooftops() -> Rows:
    return [
        {
            "rooftop_id": rooftop,
            "program_count": 1,
            "expected_amount": money(str(sum(draws) / 2)),
            "low_80_amount": money(str(min(draws))),
            "median_amount": money(str(min(draws))),
            "high_80_amount": money(str(max(draws))),
            "expected_held_amount": money(str(HELD.get(rooftop, 0))),
            "left_out_note": "strikes" if rooftop == FORD else None,
            "amount_cents": [amount * 100 for amount in draws],
        }
        for rooftop, draws in DRAWS.items()
    ]


def forecast_programs() -> Rows:
    return [
        {
            "rooftop_id": KEYS[code][0],
            "program_code": KEYS[code][1],
            "period_code": KEYS[code][3],
            "expected_amount": money(expected),
            "low_80_amount": money(low),
            "median_amount": money(expected),
            "high_80_amount": money(high),
            "chance_any_amount": 0.9,
            "expected_held_amount": money("4000" if code == "csi" else "0"),
            "expected_without_pending_amount": money(low),
            "left_out_note": "strikes" if code == "ford" else None,
        }
        for code, expected, low, high in (
            ("one", "85212.50", "32400", "98400"),
            ("csi", "9120", "0", "20000"),
            ("honda", "54310", "50000", "60000"),
            ("ford", "14000", "14000", "14000"),
        )
    ]


def backtest() -> dict[str, Rows]:
    """Three forecasters on rooftops: ours is off by two points, and misses half of the run
    rate's."""
    figures = {
        "run_rate": (0.16, 0.16, 0.18, 0.176, 0.0, 0.0, 0.0),
        "prophet_default": (0.1, 0.125, 0.14, 0.07, 0.62, 0.81, 0.2),
        "stairstep": (0.08, 0.105, 0.11, 0.02, 0.8, 0.95, 0.3),
    }
    names = ("weighted_quantile_loss", "median_error", "brier", "calibration_error", "inside_80",
             "inside_95", "width_80")  # fmt: skip
    head = {"panel": "rooftop", "forecaster": "stairstep"}
    return {
        "fct_backtest": [
            {"panel": "rooftop", "forecaster": code, "origin": origin, "series": 480,
             "log_score": 3.0} | dict(zip(names, values, strict=True))
            for code, values in figures.items()
            for origin in ("all", "0.5")
        ],
        "fct_backtest_third": [
            head | {"third": third, "series": 160, "inside_80": 0.79 + third / 100,
                    "inside_95": 0.95, "calibration_error": 0.03}
            for third in (1, 2, 3)
        ],
        "fct_backtest_reliability": [
            head | {"origin": "all", "bin_low": n / 10, "bin_high": (n + 1) / 10,
                    "chances": 100 + n, "mean_chance": n / 10 + 0.05,
                    "share_reached": n / 10 + 0.04}
            for n in range(10)
        ],
        "fct_backtest_weight": [
            head | {"quarter": quarter, "model": model, "horizon": horizon, "weight": weight}
            for quarter in ("2024Q4", "2025Q1")
            for model, weight in (("pooled_pace", 0.6), ("trees", 0.4))
            for horizon in (1, 2)
        ],
    }  # fmt: skip
