"""What the OEMs are told: retail delivery reports (RDRs), accepted, rejected, unwound, sold again.

Here: which deals are reported, when, and with which verdict. Times as in sales.py.
Not here: what counts in which program (standings.py), the portals' files (vendors/portal.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_group.sales import DAY, NEVER, Deals
from sample_group.stores import FIRST_DAY, LAST_DAY, Calendar, Store

REJECT_REASONS = (
    "VIN not in dealer inventory",
    "Sale type not allowed for model",
    "Delivery date missing",
    "Duplicate report",
)
EVENTS = ("Submitted", "Accepted", "Rejected", "Unwound")
OEM_PREFIXES = {
    "nissan": "N",
    "honda": "H",
    "ford": "F",
    "volkswagen": "V",
    "gm": "G",
    "stellantis": "S",
    "toyota": "T",
}


@dataclass
class Reports:
    """RDRs as columns of one length; one of `accepted_at` and `rejected_at` is NEVER."""

    deal: np.ndarray  # position among the deals
    number: np.ndarray  # the RDR's number (text), rising within an OEM
    submitted_at: np.ndarray
    accepted_at: np.ndarray
    rejected_at: np.ndarray
    unwound_at: np.ndarray
    reason: np.ndarray  # position in REJECT_REASONS

    def __len__(self) -> int:
        return len(self.deal)


def make_reports(
    stores: Sequence[Store], calendars: dict[str, Calendar], deals: Deals, seed: int
) -> Reports:
    """Every RDR of the deals: new and certified cars, reported mostly within six days."""
    random = np.random.default_rng([seed, 3])
    reported = (deals.stock_type < 2) & (deals.delivered_at < NEVER)
    reported &= (random.random(len(deals)) >= 0.005) | deals.is_punched  # a few nobody reports
    deal = np.flatnonzero(reported)
    lag = random.choice(7, len(deal), p=(0.46, 0.25, 0.12, 0.07, 0.05, 0.03, 0.02))
    late = random.random(len(deal)) < 0.01
    lag = np.where(late, random.integers(7, 21, len(deal)), lag)
    lag[deals.is_punched[deal]] = 0
    submitted = _submission(stores, deals, deal, lag, random)
    verdict = _verdict(submitted, random)
    rejected = (random.random(len(deal)) < 0.03) & ~deals.is_punched[deal]
    again = np.flatnonzero(rejected & (random.random(len(deal)) < 0.85))
    redo_lag = random.integers(1, 6, len(again))
    resubmitted = _to_open_day(stores, deals.store[deal[again]], verdict[again] // DAY + redo_lag)
    resubmitted = resubmitted * DAY + random.integers(9 * 3600, 17 * 3600, len(again))
    accepted_again = _verdict(resubmitted, random)
    all_deals = np.concatenate([deal, deal[again]])
    accepted = np.concatenate([np.where(rejected, NEVER, verdict), accepted_again])
    rejected_at = np.concatenate([np.where(rejected, verdict, NEVER), np.full(len(again), NEVER)])
    reports = Reports(
        deal=all_deals,
        number=np.zeros(0),
        submitted_at=np.concatenate([submitted, resubmitted]),
        accepted_at=accepted,
        rejected_at=rejected_at,
        unwound_at=_unwinds(stores, calendars, deals, all_deals, accepted),
        reason=random.integers(0, len(REJECT_REASONS), len(all_deals)),
    )
    return _numbered(stores, deals, _not_after_cancellation(deals, reports))


def _submission(
    stores: Sequence[Store],
    deals: Deals,
    deal: np.ndarray,
    lag: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """The moment of submission: the same evening, or in the office hours of a later open day."""
    delivered = deals.delivered_at[deal]
    day = _to_open_day(stores, deals.store[deal], delivered // DAY + lag)
    office = day * DAY + random.integers(9 * 3600, 18 * 3600, len(deal))
    return np.where(lag == 0, delivered + random.integers(900, 7200, len(deal)), office)


def _to_open_day(stores: Sequence[Store], store: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The day itself where the store is open, else its next open day (days since 1970)."""
    first = FIRST_DAY.astype(np.int64)
    is_open = np.array([one.is_open for one in stores])
    count = is_open.shape[1]
    positions = np.where(is_open, np.arange(count), count - 1)
    following = np.minimum.accumulate(positions[:, ::-1], axis=1)[:, ::-1]
    return first + following[store, np.minimum(day - first, count - 1)]


def _verdict(submitted: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The OEM answers within the hour, or the next morning."""
    count = len(submitted)
    quick = submitted + random.integers(120, 3600, count)
    next_morning = (submitted // DAY + 1) * DAY + 5 * 3600 + random.integers(0, 1800, count)
    return np.where(random.random(count) < 0.85, quick, next_morning)


def _unwinds(
    stores: Sequence[Store],
    calendars: dict[str, Calendar],
    deals: Deals,
    deal: np.ndarray,
    accepted: np.ndarray,
) -> np.ndarray:
    """When a cancelled deal's accepted report is unwound: next day, never a closing day."""
    cancelled = deals.cancelled_at[deal]
    at = cancelled + DAY
    for code, calendar in calendars.items():
        mine = np.array([store.oem == code for store in stores])[deals.store[deal]]
        closing = np.isin((at // DAY).astype("datetime64[D]"), np.array(calendar.ends))
        at = np.where(mine & closing & (cancelled < NEVER), at + DAY, at)
    punched = deals.is_punched[deal]
    at = np.where(punched, cancelled, at)
    # What was punched is reported and accepted in the same hour.
    evening = deals.delivered_at[deal[punched]] // DAY * DAY
    accepted[punched] = evening + 19 * 3600 + 1800
    return np.where((cancelled < NEVER) & (accepted < NEVER), at, NEVER)


def _not_after_cancellation(deals: Deals, reports: Reports) -> Reports:
    """Nobody reports a deal that was already cancelled."""
    punched = deals.is_punched[reports.deal]
    reports.submitted_at = np.where(punched, reports.accepted_at - 1200, reports.submitted_at)
    keep = np.flatnonzero(
        (reports.submitted_at < deals.cancelled_at[reports.deal])
        & (np.minimum(reports.accepted_at, reports.rejected_at) < reports.unwound_at)
        & (reports.submitted_at < (LAST_DAY + 1).astype(np.int64) * DAY)
    )
    return Reports(
        deal=reports.deal[keep],
        number=np.zeros(len(keep)),
        submitted_at=reports.submitted_at[keep],
        accepted_at=reports.accepted_at[keep],
        rejected_at=reports.rejected_at[keep],
        unwound_at=reports.unwound_at[keep],
        reason=reports.reason[keep],
    )


def _numbered(stores: Sequence[Store], deals: Deals, reports: Reports) -> Reports:
    """Numbers rise with the moment of submission within each OEM."""
    oems = np.array([store.oem for store in stores])[deals.store[reports.deal]]
    numbers = np.empty(len(reports), dtype="U12")
    for oem, prefix in OEM_PREFIXES.items():
        mine = np.flatnonzero(oems == oem)
        mine = mine[np.lexsort((reports.deal[mine], reports.submitted_at[mine]))]
        counted = np.char.zfill((np.arange(len(mine)) + 1).astype("U7"), 7)
        numbers[mine] = np.strings.add(prefix, counted)
    reports.number = numbers
    return reports


@dataclass
class ReportEvents:
    """The events of all RDRs in the order in which they happened."""

    report: np.ndarray  # position among the reports
    event: np.ndarray  # position in EVENTS
    at: np.ndarray


def events(reports: Reports) -> ReportEvents:
    """One entry for each submission, verdict and unwinding."""
    moments = (reports.submitted_at, reports.accepted_at, reports.rejected_at, reports.unwound_at)
    at = np.concatenate(moments)
    report = np.tile(np.arange(len(reports)), 4)
    event = np.repeat(np.arange(4), len(reports))
    happened = np.flatnonzero(at < NEVER)
    order = happened[np.lexsort((event[happened], report[happened], at[happened]))]
    return ReportEvents(report=report[order], event=event[order], at=at[order])
