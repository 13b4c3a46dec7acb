"""The list of gaps: dollars at risk, what it is, the last day, the evidence and where it was read.

Belongs here: the list's markup, and gathering cars that miss for one reason into one entry. It
states facts and deadlines and never proposes to move a date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

from app import format as fmt
from app.records import Gap

KINDS = {
    "delivered_not_reported": "Delivered, not reported",
    "rdr_rejected": "RDR rejected",
    "gate_below": "Below a gate",
    "gate_short_of_surveys": "Short of surveys",
    "item_due": "Items due",
    "official_differs": "OEM counts differently",
    "earned_not_paid": "Earned, not paid",
    "feed_late": "Feed is late",
    "vin_invalid": "VIN is not valid",
    "same_day_unwinds": "Unwound the same day",
    "loaner_burst": "Burst of loaner codes",
}
# Kinds of which a store has many at once, each of one car or item: they are acted on together.
TOGETHER = {
    "delivered_not_reported": "cars delivered and not reported",
    "rdr_rejected": "RDRs rejected",
    "vin_invalid": "VINs that fail their check digit",
    "item_due": "items due",
}
SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class GapGroup:
    """Gaps of one kind at one rooftop in one program and period, or a single gap."""

    gaps: tuple[Gap, ...]

    @property
    def amount(self) -> Decimal | None:
        """Dollars at risk together; None where none of them has an amount."""
        known = [gap.amount_at_risk for gap in self.gaps if gap.amount_at_risk is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def first_to_end(self) -> Gap:
        """The gap with the nearest last day; without any, the first."""
        dated = [gap for gap in self.gaps if gap.last_day_date is not None]
        return min(dated, key=lambda gap: gap.last_day_date or date.max, default=self.gaps[0])

    @property
    def severity(self) -> str:
        """The worst of them."""
        return min((gap.severity for gap in self.gaps), key=SEVERITIES.index)


def gather(gaps: Sequence[Gap]) -> list[GapGroup]:
    """Groups, most dollars first, then the nearest last day; in the order given where equal."""
    found: dict[tuple[str | None, ...], list[Gap]] = {}
    for gap in gaps:
        key = (gap.gap_code, gap.rooftop_id, gap.program_code, gap.period_code)
        alone = () if gap.gap_code in TOGETHER else (gap.gap_id,)
        found.setdefault((*key, *alone), []).append(gap)
    return sorted(
        (GapGroup(tuple(group)) for group in found.values()),
        key=lambda group: (-(group.amount or 0), group.first_to_end.last_day_date or date.max),
    )


def gap_list(
    groups: Sequence[GapGroup],
    name_of: Callable[[str | None], str],
    programs: Mapping[str, str],
    *,
    name_rooftop: bool,
    today: date,
) -> str:
    """Return the list's markup, in the order given; `today` is the day of the figures."""
    rows = "".join(_row(group, name_of, programs, name_rooftop, today) for group in groups)
    return f'<ol class="ss-gaps" data-testid="gaps">{rows}</ol>'


def _row(
    group: GapGroup,
    name_of: Callable[[str | None], str],
    programs: Mapping[str, str],
    name_rooftop: bool,
    today: date,
) -> str:
    gap = group.gaps[0]
    where = [name_of(gap.rooftop_id)] if name_rooftop else []
    if gap.program_code:
        where.append(programs.get(gap.program_code, gap.program_code))
    where.append(KINDS.get(gap.gap_code, fmt.words(gap.gap_code)))
    money = "no amount" if group.amount is None else fmt.money(group.amount)
    return (
        f'<li class="ss-gap ss-{escape(group.severity)}"><div class="ss-gap-money">'
        f"<b>{money}</b>{_last_day(group.first_to_end, today)}</div><div>"
        f"<h3>{escape(fmt.with_dollars(_title(group)))}</h3>"
        f'<p class="ss-where">{escape(" · ".join(where))}</p>{_what(group)}</div></li>'
    )


def _title(group: GapGroup) -> str:
    gap = group.gaps[0]
    if len(group.gaps) == 1:
        return gap.title
    return f"{len(group.gaps):,} {TOGETHER[gap.gap_code]}, {gap.period_code or 'no period'}"


def _what(group: GapGroup) -> str:
    """Of one gap its detail and evidence; of several, a list to open."""
    if len(group.gaps) == 1:
        (gap,) = group.gaps
        detail = f"<p>{escape(fmt.with_dollars(gap.detail))}</p>" if gap.detail else ""
        return detail + _evidence(gap)
    entries = "".join(
        f"<li><b>{escape(fmt.with_dollars(gap.title))}</b>"
        f"{'' if not gap.amount_at_risk else ' ' + fmt.money(gap.amount_at_risk)}"
        f"<p>{escape(fmt.with_dollars(gap.detail or ''))}</p>{_evidence(gap)}</li>"
        for gap in group.gaps
    )
    return f"<details><summary>Each with its evidence</summary><ul>{entries}</ul></details>"


def _last_day(gap: Gap, today: date) -> str:
    if gap.last_day_date is None:
        return "<span>no deadline</span>"
    left = gap.days_left
    if left is None:
        return f"<span>by {fmt.day(gap.last_day_date, today)}</span>"
    if left < 0:
        return f'<span class="ss-soon">was due {fmt.day(gap.last_day_date, today)}</span>'
    when = "today" if left == 0 else fmt.plural(left, "day") + " left"
    urgent = ' class="ss-soon"' if left <= 7 else ""
    return f"<span{urgent}>by {fmt.day(gap.last_day_date, today)}, {when}</span>"


def _evidence(gap: Gap) -> str:
    source = ""
    if gap.source_file:
        row = f", row {gap.source_row:,}" if gap.source_row is not None else ""
        source = f"<i>{escape(gap.source_file)}{row}</i>"
    text = escape(fmt.with_dollars(gap.evidence_text or ""))
    return f'<p class="ss-evidence">{text} {source}</p>' if text or source else ""
