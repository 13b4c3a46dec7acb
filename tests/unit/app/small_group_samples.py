"""The small group's draws and recent gross: what plans and chances are made of.

Belongs here: hand-made draws, the same every time, wide enough to lie on both sides of an edge.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.unit.app.published_fixture import TODAY, Rows

NISSAN, FORD = "lakeside-nissan", "prairie-ford"
DRAWS = 200


def forecast_samples() -> Rows:
    return [
        {
            "rooftop_id": rooftop,
            "segment_code": segment,
            "period_end_date": end,
            # Every number from low on, spread over the draws in an order that isn't rising.
            "remaining_units": [low + draw * 7 % width for draw in range(DRAWS)],
        }
        for rooftop, segment, end, low, width in (
            (NISSAN, "s1", date(2025, 8, 31), 6, 20),
            (NISSAN, "s1", date(2025, 9, 30), 12, 26),
            (FORD, "f23", date(2025, 9, 30), 4, 8),
            (FORD, "f24", date(2025, 9, 30), 3, 9),
        )
    ]


def retail_gross() -> Rows:
    """Ten deals of each model: $1,000 to $2,800 by $200, so the median deal is $2,000."""
    return [
        {
            "deal_id": f"{rooftop}/{model}/{number}",
            "rooftop_id": rooftop,
            "make": make,
            "model": model,
            "model_year": 2025,
            "stock_type": "new",
            "delivery_date": TODAY - timedelta(days=number + 1),
            "front_gross_amount": Decimal(1000 + 200 * number),
        }
        for rooftop, make, model in (
            (NISSAN, "Nissan", "Frontier"),
            (NISSAN, "Nissan", "Rogue"),
            (NISSAN, "Nissan", "Pathfinder"),
            (FORD, "Ford", "F-150"),
        )
        for number in range(10)
    ]
