"""What single surveys do to an average: how many perfect ones meet a gate, how low the next may be.

Here: exact arithmetic over a sum and a count of scores against a floor. Not here: which surveys
there are (dbt's int_gate_surveys), how many may still come (forecasting).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Floor = Literal[">=", ">"]


@dataclass(frozen=True)
class SurveySum:
    """The surveys of a period so far: the sum of their scores, and how many there are."""

    total: Fraction
    count: int

    def meets(self, comparison: Floor, threshold: Fraction, minimum_sample: int) -> bool:
        """Whether they are enough, and their average reaches the threshold."""
        if self.count < max(minimum_sample, 1):
            return False
        over = self.total - threshold * self.count
        return over >= 0 if comparison == ">=" else over > 0


def perfect_surveys_needed(
    so_far: SurveySum,
    perfect: Fraction,
    comparison: Floor,
    threshold: Fraction,
    minimum_sample: int,
) -> int | None:
    """The smallest number of further surveys, all perfect, that meets a floor; None: none does."""
    over = so_far.total - threshold * so_far.count
    gain = perfect - threshold
    needed = max(minimum_sample, 1) - so_far.count
    if gain > 0:
        short = -over / gain
        # The next whole number: at it for "at least", past it for "above".
        needed = max(needed, -((-short) // 1) if comparison == ">=" else short // 1 + 1)
    needed = max(int(needed), 0)
    then = SurveySum(so_far.total + perfect * needed, so_far.count + needed)
    return needed if then.meets(comparison, threshold, minimum_sample) else None


def lowest_next_score(so_far: SurveySum, threshold: Fraction) -> Fraction:
    """The score under which one more survey takes the average below a floor; never below 0."""
    return max(threshold * (so_far.count + 1) - so_far.total, Fraction(0))
