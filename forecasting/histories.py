"""Open programs with the periods that they are settled with.

Belongs here: asking for the periods of the programs that rules over several periods reach, a few
rooftops at a time. Reading them is given (they are the settlement's own); what is made of them in
every draw belongs to `programs.settled_samples`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from forecasting.errors import ForecastError
from programs.calendars import Calendar
from programs.period_end import OpenProgram
from programs.rulebook import Rulebook
from programs.settled_rooftop import RuledPeriod, across_periods, has_wider_rules

# By rooftop and program, the periods that have begun, in order.
Histories = Mapping[str, Mapping[str, Sequence[RuledPeriod]]]
ReadHistories = Callable[[Sequence[str], Sequence[str]], Histories]  # rooftops, programs
ProgramKey = tuple[str, str, str]  # rooftop, program, period
CHUNK = 20  # rooftops read at a time


def with_histories(
    programs: Sequence[OpenProgram],
    rulebooks: Sequence[Rulebook],
    read: ReadHistories | None,
    calendars: Mapping[str, Calendar],
) -> tuple[tuple[OpenProgram, ...], dict[ProgramKey, list[RuledPeriod]]]:
    """The programs, those that rules over several periods reach with what they are settled with;
    and the periods that make it, the open one last, by program."""
    books = {
        book.program_code: book
        for book in rulebooks
        if any(has_wider_rules(version.rules) for version in book.versions)
    }
    wanted: dict[str, list[OpenProgram]] = defaultdict(list)
    for program in programs:
        if program.program_code in books:
            wanted[program.rooftop_id].append(program)
    if read is None or not wanted:
        return tuple(programs), {}
    found, kept = {}, {}
    for rooftops in _chunks(sorted(wanted)):
        histories = read(rooftops, sorted(books))
        for program in (one for rooftop in rooftops for one in wanted[rooftop]):
            key = (program.rooftop_id, program.program_code, program.period_code)
            periods = [
                period
                for period in histories[program.rooftop_id][program.program_code]
                if period.counted.period.start <= program.period_start
            ]
            if not periods or periods[-1].code != program.period_code:
                raise ForecastError(
                    f"{program.rooftop_id}, {program.program_code}: the settlement doesn't know "
                    f"its period {program.period_code}; run the steps before the forecast anew"
                )
            across = across_periods(books[program.program_code], periods, calendars)
            found[key] = replace(program, across=across)
            if across is not None:
                near = {state.inputs.period_code for state in (*across.earlier, across.now)}
                kept[key] = [period for period in periods if period.code in near]
    keys = ((one.rooftop_id, one.program_code, one.period_code) for one in programs)
    return tuple(found.get(key, one) for key, one in zip(keys, programs, strict=True)), kept


def _chunks(rooftops: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(rooftops), CHUNK):
        yield rooftops[first : first + CHUNK]
