"""Data health as markup: the latest run, feeds with their age, stages and checks.

Belongs here: tables of how the data is. What is late or failed was decided in the marts and gates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from zoneinfo import ZoneInfo

from app import format as fmt
from app.components.states import failure_reason
from app.components.tables import table
from app.queries import own_feeds
from app.run_records import FeedHealth, GateResult, LastRun, Stage

OUTCOMES = {
    "published": ("Published", "ss-met"),
    "stopped_by_gate": ("Stopped by a check", "ss-not_met"),
    "failed": ("Failed", "ss-not_met"),
}
FEED_STATES = {
    "fresh": ("fresh", "ss-met"),
    "late": ("late", "ss-too_early"),
    "missing": ("never came", "ss-not_met"),
}


def run_summary(run: LastRun, time_zone: str) -> str:
    """Return how the latest run ended."""
    text, kind = OUTCOMES.get(run.outcome, (fmt.words(run.outcome), "ss-not_met"))
    zone = ZoneInfo(time_zone)
    finished = fmt.moment(run.finished_at.astimezone(zone)) if run.finished_at else fmt.UNKNOWN
    took = ""
    if run.started_at and run.finished_at:
        took = f", after {(run.finished_at - run.started_at).total_seconds():,.0f} s"
    asked = fmt.moment(run.as_of.astimezone(zone)) if run.as_of else fmt.UNKNOWN
    reason = "" if run.is_published else f"<p>{escape(failure_reason(run))}</p>"
    failed = sum(not gate.success for gate in run.gates)
    checks = f"{fmt.plural(len(run.gates), 'check')}, {failed:,} not passed"
    return (
        '<section class="ss-card ss-run" data-testid="last-run"><header><div><h2>The latest '
        "run</h2>"
        f"<p>asked about {escape(asked)}</p></div>"
        f'<span class="ss-chip {kind}"><b>{escape(text)}</b></span></header>{reason}'
        f'<p class="ss-source">ended {escape(finished)}{took}; {checks}</p></section>'
    )


def stage_table(stages: Sequence[Stage]) -> str:
    """Return what each stage took, with its rows."""
    longest = max((stage.seconds or 0 for stage in stages), default=0) or 1
    return table(
        (
            ("Stage", ""),
            ("Seconds", "ss-num"),
            ("", "ss-wide"),
            ("Rows in", "ss-num"),
            ("Rows out", "ss-num"),
            ("Set aside", "ss-num"),
        ),
        [
            (
                escape(fmt.words(stage.stage)),
                fmt.rate(stage.seconds),
                '<span class="ss-bar"><i '
                f'style="width:{(stage.seconds or 0) / longest * 100:.0f}%"></i></span>',
                fmt.units(stage.rows_in),
                fmt.units(stage.rows_out),
                fmt.units(stage.rows_set_aside),
            )
            for stage in stages
        ],
    )


def feed_table(feeds: Sequence[FeedHealth], name_of: Callable[[str | None], str]) -> str:
    """Return a row for each feed that is behind, and one for each vendor's fresh ones."""
    groups: dict[tuple[str, str, str, str], list[FeedHealth]] = {}
    for feed in own_feeds(feeds):
        alone = feed.feed_id if feed.feed_state != "fresh" else ""
        key = (feed.vendor_code, feed.source_kind, feed.feed_state, alone)
        groups.setdefault(key, []).append(feed)
    sums = {(feed.vendor_code, feed.source_kind): feed for feed in feeds if not feed.rooftop_id}
    rows = [
        _feed_row(found, sums.get((found[0].vendor_code, found[0].source_kind)), name_of)
        for found in groups.values()
    ]
    return table(
        (("State", ""), ("Feed", "ss-name"), ("Rooftops", "ss-name"), ("Age", "ss-keep"),
         ("Comes every", "ss-keep"), ("Files", "ss-num"), ("Rows", "ss-num"), ("Set aside", ""),
         ("Last file", "")),
        rows,
    )  # fmt: skip


def _feed_row(
    found: Sequence[FeedHealth], whole: FeedHealth | None, name_of: Callable[[str | None], str]
) -> tuple[str, ...]:
    """One row of feeds in the same state; what was set aside is counted for the whole feed."""
    first = found[0]
    text, kind = FEED_STATES.get(first.feed_state, (fmt.words(first.feed_state), "ss-too_early"))
    oldest = max(found, key=lambda feed: feed.age_hours or 0)
    stores = [name_of(feed.rooftop_id) for feed in found if feed.rooftop_id]
    where = "all that send it" if not stores else stores[0] if len(stores) == 1 else (
        fmt.plural(len(stores), "rooftop")
    )  # fmt: skip
    shown = whole or first
    files, lines = shown.files_set_aside_count or 0, shown.rows_set_aside_count or 0
    aside = [fmt.plural(files, "file")] if files else []
    aside += [fmt.plural(lines, "row")] if lines else []
    every, file = first.expected_every_days, oldest.last_source_file or fmt.UNKNOWN
    return (
        f'<span class="ss-chip {kind}"><b>{escape(text)}</b></span>',
        f"<b>{escape(first.vendor_code)}</b> "
        f"{escape(fmt.words(first.source_kind.rpartition('/')[2]))}",
        f'<span title="{escape(", ".join(stores))}">{escape(where)}</span>',
        fmt.age(oldest.age_hours),
        fmt.plural(every, "day") if every else fmt.UNKNOWN,
        f"{shown.files_landed_count or 0:,}",
        f"{sum(feed.rows_landed_count or 0 for feed in found):,}",
        escape(" and ".join(aside)) or fmt.UNKNOWN,
        f'<span class="ss-file" title="{escape(file)}">{escape(file.rpartition("/")[2])}</span>',
    )


def gate_table(gates: Sequence[GateResult]) -> str:
    """Return checks with their verdict; critical ones first."""
    ordered = sorted(
        gates, key=lambda gate: (gate.success, gate.severity != "critical", gate.suite)
    )
    rows = []
    for gate in ordered:
        kind = (
            "ss-met"
            if gate.success
            else "ss-not_met"
            if gate.severity == "critical"
            else "ss-too_early"
        )
        verdict = "passed" if gate.success else gate.severity
        where = f"{gate.asset}, {gate.column}" if gate.column else gate.asset
        expectation = fmt.words(gate.expectation.removeprefix("expect_"))
        rows.append(
            (
                f'<span class="ss-chip {kind}"><b>{escape(verdict)}</b></span>',
                f"{escape(expectation)}"
                + (f"<br><small>{escape(gate.details)}</small>" if gate.details else ""),
                escape(where),
                fmt.units(gate.unexpected_count),
            )
        )
    return table(
        (("Verdict", ""), ("Expectation", ""), ("On", ""), ("Rows against it", "ss-num")), rows
    )
