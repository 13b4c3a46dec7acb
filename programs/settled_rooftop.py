"""One rooftop's programs settled: each over its periods, then all of them against each other.

Here: which periods take part, and both readings of a standing (as it is, and with every pending
unit reported) through settlement.py and stacking.py. Not here: their arithmetic; the words of an
adjustment (adjustment_words.py); reading and writing (orchestration).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.adjustment_words import Words, program_words, stacking_words
from programs.calendars import Calendar
from programs.money import ZERO
from programs.program_states import PeriodState
from programs.rule_models import RuleVersion
from programs.rulebook import Rulebook, Version, windows_in_force
from programs.settled_samples import Across, across
from programs.settled_states import CountedPeriod, counted_state
from programs.settlement import Adjustment, SettledPeriod, settle_program
from programs.spans import Window
from programs.stacking import StatedStacking, settle_stacking
from programs.standing import ProgramStanding


@dataclass(frozen=True)
class RuledPeriod:
    """One period of one program as it was counted, with the version that rules it."""

    version: Version
    counted: CountedPeriod

    @property
    def code(self) -> str:
        return self.counted.period.code


@dataclass(frozen=True)
class Explained:
    """One adjustment with its words, and the version of the rulebook that states its rule."""

    change: Adjustment
    words: Words
    version: int


@dataclass(frozen=True)
class SettledStanding:
    """One period of one program: as it stands, with its pending units reported, and what each
    adjustment of the first says."""

    now: SettledPeriod
    with_pending: SettledPeriod
    adjustments: tuple[Explained, ...]


def has_wider_rules(rules: RuleVersion) -> bool:
    """Whether a program pays by more than each of its periods alone."""
    return bool(rules.across or rules.deductions)


def programs_to_settle(books: Iterable[Rulebook]) -> frozenset[str]:
    """The programs whose amounts may be adjusted, with those that rules between programs name."""
    found = set()
    for book in books:
        for version in book.versions:
            rules = version.rules
            if has_wider_rules(rules) or rules.stacking:
                found.add(book.program_code)
            for stated in rules.stacking:
                found |= set(stated.programs)
    return frozenset(found)


def settle_rooftop(
    books: Mapping[str, Rulebook],
    histories: Mapping[str, Sequence[RuledPeriod]],
    calendars: Mapping[str, Calendar],
) -> Iterator[SettledStanding]:
    """Every period of a rooftop's programs. `histories` are by program, each in order, of periods
    that have begun and in which the rooftop is enrolled."""
    found: dict[str, dict[str, SettledStanding]] = defaultdict(dict)
    for code, periods in histories.items():
        for standing in _program(books[code], periods, calendars):
            found[standing.now.period_code][code] = standing
    versions = {
        (period.code, code): period.version
        for code, periods in histories.items()
        for period in periods
    }
    for period_code, programs in found.items():
        ruling = {code: versions[period_code, code] for code in programs}
        yield from _stacked(programs, ruling).values()


def _program(
    book: Rulebook, periods: Sequence[RuledPeriod], calendars: Mapping[str, Calendar]
) -> Iterator[SettledStanding]:
    if not any(has_wider_rules(version.rules) for version in book.versions):
        yield from (_alone(book.program_code, period.counted) for period in periods)
        return
    ruling = {one.version.number: one.version for one in periods}
    windows = windows_in_force(book, ruling.values(), dict(calendars))
    states = [counted_state(one.version.rules, one.counted) for one in periods]
    pending = [
        counted_state(one.version.rules, one.counted, with_pending=True)
        if one.counted.has_pending
        else state
        for one, state in zip(periods, states, strict=True)
    ]
    by_code = {one.code: one for one in periods}
    for now, then in zip(
        settle_program(states, windows), settle_program(pending, windows), strict=True
    ):
        yield SettledStanding(now, then, tuple(_explained(now, states, windows, by_code)))


def across_periods(
    book: Rulebook, periods: Sequence[RuledPeriod], calendars: Mapping[str, Calendar]
) -> Across | None:
    """The last of a program's periods with those that its pay hangs on; None where it stands
    alone."""
    ruling = {one.version.number: one.version for one in periods}
    states = [counted_state(one.version.rules, one.counted) for one in periods]
    return across(states, windows_in_force(book, ruling.values(), dict(calendars)))


def _explained(
    settled: SettledPeriod,
    states: Sequence[PeriodState],
    windows: Mapping[str, Sequence[Window]],
    periods: Mapping[str, RuledPeriod],
) -> Iterator[Explained]:
    here = periods[settled.period_code].counted
    for change in settled.adjustments:
        words = program_words(change, settled.period_code, states, windows, here)
        yield Explained(change, words, periods[words.ruled_by].version.number)


def _alone(program_code: str, counted: CountedPeriod) -> SettledStanding:
    """A program that only rules of others reach: its amounts are what was computed."""
    rows = counted.elements
    now = _plain_standing(
        program_code,
        sum((row["amount_kept"] for row in rows if not row["is_held"]), ZERO),
        sum((row["amount_kept"] for row in rows if row["is_held"]), ZERO),
    )
    then = _plain_standing(
        program_code,
        sum((row["amount_with_pending"] for row in rows if not row["is_held"]), ZERO),
        sum((row["amount_with_pending"] for row in rows if row["is_held"]), ZERO),
    )
    code, msrp = counted.period.code, counted.paid_msrp_amount
    return SettledStanding(
        SettledPeriod(program_code, code, now, msrp),
        SettledPeriod(program_code, code, then, msrp + counted.pending_paid_msrp_amount),
        (),
    )


def _plain_standing(program_code: str, earned: Decimal, held: Decimal) -> ProgramStanding:
    return ProgramStanding(
        program_code, (), earned + held, ZERO, ZERO, ZERO, held, earned, ZERO
    )


def _stacked(
    programs: Mapping[str, SettledStanding], ruling: Mapping[str, Version]
) -> dict[str, SettledStanding]:
    """The programs of one period after the rules between them, by the versions that rule it."""
    stated = [
        StatedStacking(code, rule)
        for code, version in ruling.items()
        for rule in version.rules.stacking
    ]
    if not stated:
        return dict(programs)
    before = {code: found.now for code, found in programs.items()}
    after = settle_stacking(before, stated)
    pending = settle_stacking(
        {code: found.with_pending for code, found in programs.items()}, stated
    )
    return {
        code: SettledStanding(
            after[code],
            pending[code],
            (
                *found.adjustments,
                *(
                    Explained(
                        change,
                        stacking_words(change, stated, before),
                        ruling[change.stated_by].number,
                    )
                    for change in after[code].adjustments[len(found.now.adjustments) :]
                ),
            ),
        )
        for code, found in programs.items()
    }
