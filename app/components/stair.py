"""The staircase: what N units pay, drawn as steps, filled up to the units sold.

Belongs here: the picture's geometry and its markup. Horizontal is units from none to past the last
edge; the floor is the progress bar, and what rises from it is the amount paid at that many units.
It is a drawing, so positions are floats; every figure written on it comes exact from the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app import format as fmt
from app.queries import ElementView
from app.records import LadderSegment

# Share of the drawing's height that is floor, so that progress shows before the first step.
FLOOR = 0.16
# Share of the width that one digit of an edge label takes on a phone, and the air between two.
DIGIT_WIDTH, LABEL_AIR = 0.024, 0.008


@dataclass(frozen=True)
class Step:
    """A tier's edge on the drawing: its place, its height and what is written at it."""

    tier_number: int
    edge_units: int
    left: float
    top: float
    is_reached: bool


@dataclass(frozen=True)
class Picture:
    """The geometry, as shares of width and height from the top left."""

    outline: tuple[tuple[float, float], ...]
    steps: tuple[Step, ...]
    units_shown: float
    reported: float
    pending: float
    added: float
    official: float | None
    objective: float | None
    band: tuple[float, float, float] | None


def rate_text(segment: LadderSegment) -> str:
    """Say what a segment pays: `$600 a unit`, `$5,000 flat`, `1 % of MSRP`, or several."""
    parts = []
    if segment.amount_per_unit:
        above = f" above {segment.paid_offset_units}" if segment.paid_offset_units else ""
        parts.append(f"{fmt.money(segment.amount_per_unit)} a unit{above}")
    if segment.fixed_amount:
        parts.append(f"{fmt.money(segment.fixed_amount)} flat")
    if segment.msrp_share:
        parts.append(f"{fmt.percent(segment.msrp_share * 100, 2)} of MSRP")
    return " + ".join(parts) or "nothing"


def first_segments(segments: Sequence[LadderSegment]) -> tuple[LadderSegment, ...]:
    """Return the first segment of each tier above the ground, lowest tier first."""
    seen: dict[int, LadderSegment] = {}
    for segment in sorted(segments, key=lambda row: row.from_units):
        if segment.tier_number > 0:
            seen.setdefault(segment.tier_number, segment)
    return tuple(seen[number] for number in sorted(seen))


def rate_beyond(view: ElementView) -> str | None:
    """What units past the next tier's edge pay where the edge itself adds nothing; else None."""
    if view.standing.worth_of_next_tier_amount != 0:
        return None
    for segment in first_segments(view.segments):
        if segment.tier_number == view.standing.next_tier_number and segment.amount_per_unit:
            return f"{fmt.money(segment.amount_per_unit)} a unit"
    return None


def picture(view: ElementView, added: int = 0) -> Picture | None:
    """Return the drawing's geometry with `added` units supposed; None without a ladder."""
    tiers = first_segments(view.segments)
    if not tiers:
        return None
    standing, forecast = view.standing, view.forecast
    reported, pending = standing.reported_units or 0, standing.pending_units or 0
    counted = reported + (added or pending)
    high = (forecast.high_80_units if forecast else None) or 0
    top_edge = tiers[-1].from_units
    shown = max(top_edge * 1.14, high * 1.05, counted * 1.08, top_edge + 1.5, 4.0)
    pay = _payout(view)
    points = []
    for segment in sorted(view.segments, key=lambda row: row.from_units):
        if segment.from_units >= shown:
            break
        end = shown if segment.to_units is None else min(float(segment.to_units), shown)
        points += [
            (float(segment.from_units), pay(segment.from_units, segment)),
            (end, pay(end, segment)),
        ]
    highest = max((amount for _, amount in points), default=0.0) or 1.0

    def top(amount: float) -> float:
        return (1 - FLOOR) * (1 - amount / highest)

    outline = [(units / shown, top(amount)) for units, amount in points]
    outline += [(1.0, 1.0), (0.0, 1.0)]
    band = None
    if (
        not added
        and forecast
        and None
        not in (
            forecast.low_80_units,
            forecast.median_units,
            forecast.high_80_units,
        )
    ):
        band = tuple(
            min(units / shown, 1.0)
            for units in (forecast.low_80_units, forecast.median_units, forecast.high_80_units)
        )
    objective = standing.objective_units
    return Picture(
        outline=tuple(outline),
        steps=tuple(
            Step(
                tier.tier_number,
                tier.from_units,
                tier.from_units / shown,
                top(pay(tier.from_units, tier)),
                counted_reaches(reported, tier),
            )
            for tier in tiers
        ),
        units_shown=shown,
        reported=min(reported / shown, 1.0),
        pending=0.0 if added else min(pending / shown, 1.0),
        added=min(added / shown, 1.0),
        official=None
        if standing.official_units is None
        else min(standing.official_units / shown, 1),
        objective=None if not objective or objective > shown else objective / shown,
        band=band,
    )


def counted_reaches(reported: int, tier: LadderSegment) -> bool:
    """Whether the reported units stand on or above the tier."""
    return reported >= tier.from_units


def stair(view: ElementView, added: int = 0) -> str:
    """Return the staircase's markup with `added` units supposed; nothing without a ladder."""
    drawn = picture(view, added)
    if drawn is None:
        return ""
    standing = view.standing
    shape = ", ".join(f"{_pct(x)} {_pct(y)}" for x, y in drawn.outline)
    official = (
        f'<i class="ss-official" style="left:{_pct(drawn.official)}" title="The OEM counts '
        f'{standing.official_units}"></i>'
        if drawn.official is not None
        else ""
    )
    marks = "".join(
        f'<i class="ss-edge{" ss-on" if step.is_reached else ""}" '
        f'style="left:{_pct(step.left)};top:{_pct(step.top)}"></i>'
        for step in drawn.steps
    )
    return (
        f'<div class="ss-stair" role="img" aria-label="{escape(_spoken(view))}">'
        f'<div class="ss-plot"><div class="ss-shape" style="clip-path:polygon({shape})">'
        f'<i class="ss-reported" style="width:{_pct(drawn.reported)}"></i>'
        f'<i class="ss-pending" style="left:{_pct(drawn.reported)};width:{_pct(drawn.pending)}">'
        "</i>"
        f"{_added(drawn)}</div>{marks}{_now_flag(drawn, standing.reported_units or 0, added)}"
        f"{official}</div>"
        f'<div class="ss-axis">{_edge_labels(drawn, standing.next_tier_units)}</div>'
        f"{_band(drawn)}</div>"
    )


def _payout(view: ElementView):
    """Return what `units` pay on a segment, as a float for the drawing alone.

    Units sold so far keep their mix of paid to counted; further ones are paid where the rule says
    so.
    """
    standing = view.standing
    counted, paid = standing.reported_units or 0, standing.paid_units or 0
    further = 1.0 if view.element is None or view.element.counts_equal_pays else 0.0
    msrp = (
        float(standing.paid_msrp_amount / paid) if standing.paid_msrp_amount and paid else 40000.0
    )

    def pay(units: float, segment: LadderSegment) -> float:
        if units <= counted:
            paid_units = paid * units / counted if counted else 0.0
        else:
            paid_units = paid + further * (units - counted)
        above = max(paid_units - segment.paid_offset_units, 0.0)
        return (
            float(segment.fixed_amount)
            + float(segment.amount_per_unit) * above
            + float(segment.msrp_share) * msrp * paid_units
        )

    return pay


def _added(drawn: Picture) -> str:
    if not drawn.added:
        return ""
    return f'<i class="ss-added" style="left:{_pct(drawn.reported)};width:{_pct(drawn.added)}"></i>'


def _now_flag(drawn: Picture, reported: int, added: int) -> str:
    place = drawn.reported + drawn.added
    side = " ss-flip" if place > 0.5 else ""
    text = f"{reported:,} + {added:,} = {reported + added:,}" if added else f"{reported:,}"
    return f'<i class="ss-now{side}" style="left:{_pct(min(place, 1.0))}"><b>{text}</b></i>'


def _edge_labels(drawn: Picture, next_units: int | None) -> str:
    kept: list[Step] = []
    stood_on = max((step.edge_units for step in drawn.steps if step.is_reached), default=None)
    # Where edges lie too close for all their labels, the next one and the one stood on are kept.
    ordered = sorted(
        drawn.steps,
        key=lambda step: (step.edge_units != next_units, step.edge_units != stood_on, step.left),
    )
    for step in ordered:
        room = DIGIT_WIDTH * len(f"{step.edge_units:,}") + LABEL_AIR
        if all(abs(step.left - other.left) >= room for other in kept):
            kept.append(step)
    labels = "".join(
        f'<span class="{"ss-next" if step.edge_units == next_units else ""}" '
        f'style="left:{_pct(step.left)}">{step.edge_units:,}</span>'
        for step in sorted(kept, key=lambda step: step.left)
    )
    return f'<span class="ss-zero" style="left:0">0</span>{labels}'


def _band(drawn: Picture) -> str:
    if drawn.band is None:
        return ""
    low, median, high = drawn.band
    return (
        '<div class="ss-band">'
        f'<i class="ss-band-range" style="left:{_pct(low)};width:{_pct(max(high - low, 0.006))}">'
        "</i>"
        f'<i class="ss-band-median" style="left:{_pct(median)}"></i></div>'
    )


def _spoken(view: ElementView) -> str:
    standing = view.standing
    text = f"{standing.reported_units or 0} units reported, {standing.pending_units or 0} pending"
    for tier in first_segments(view.segments):
        text += f"; tier {tier.tier_number} from {tier.from_units} units pays {rate_text(tier)}"
    if view.forecast and view.forecast.median_units is not None:
        text += (
            f"; forecast {view.forecast.median_units}, in 8 of 10 cases "
            f"{view.forecast.low_80_units} "
            f"to {view.forecast.high_80_units}"
        )
    return text


def _pct(share: float) -> str:
    return f"{share * 100:.2f}%"
