"""The list of gaps: dollars at risk, what it is, the last day, the evidence and where it was read.

Belongs here: the list's markup. It states facts and deadlines and never proposes to move a date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
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


def gap_list(
    gaps: Sequence[Gap],
    name_of: Callable[[str | None], str],
    programs: Mapping[str, str],
    *,
    name_rooftop: bool,
    today: date,
) -> str:
    """Return the list's markup, in the order given; `today` is the day of the figures."""
    rows = "".join(_row(gap, name_of, programs, name_rooftop, today) for gap in gaps)
    return f'<ol class="ss-gaps" data-testid="gaps">{rows}</ol>'


def _row(
    gap: Gap,
    name_of: Callable[[str | None], str],
    programs: Mapping[str, str],
    name_rooftop: bool,
    today: date,
) -> str:
    where = [name_of(gap.rooftop_id)] if name_rooftop else []
    if gap.program_code:
        where.append(programs.get(gap.program_code, gap.program_code))
    where.append(KINDS.get(gap.gap_code, fmt.words(gap.gap_code)))
    detail = f"<p>{escape(fmt.with_dollars(gap.detail))}</p>" if gap.detail else ""
    return (
        f'<li class="ss-gap ss-{escape(gap.severity)}"><div class="ss-gap-money"><b>'
        f"{fmt.money(gap.amount_at_risk) if gap.amount_at_risk is not None else 'no amount'}</b>"
        f"{_last_day(gap, today)}</div><div><h3>{escape(fmt.with_dollars(gap.title))}</h3>"
        f'<p class="ss-where">{escape(" · ".join(where))}</p>{detail}{_evidence(gap)}</div></li>'
    )


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
