"""The dealer portals' files, one folder an OEM: RDR events, objectives, standings and more.

Here: columns and which rows each morning's file brings; Toyota's objectives come as an Excel
workbook.
Not here: what counts (standings.py), what is paid (awards.py).
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import xlsxwriter

from sample_group.catalog import variants
from sample_group.objectives import Objective
from sample_group.portal_truth import Difference
from sample_group.reports import EVENTS, OEM_PREFIXES, REJECT_REASONS
from sample_group.sales import DAY, SALE_TYPES, STOCK_TYPES
from sample_group.standings import PROGRAMS, Program, periods
from sample_group.stores import Store
from sample_group.vendors.dms import DayText, clock
from sample_group.vendors.windows import Window, after_selling_days, now_and_then, weekly
from sample_group.world import World

OEM_LABELS = {oem: oem.upper() for oem in OEM_PREFIXES} | {"volkswagen": "VW"}
_DATE = DayText("%Y-%m-%d")
_FUEL = {
    "gas": "Gas",
    "hybrid": "Hybrid",
    "plug_in_hybrid": "Plug-In Hybrid",
    "electric": "Electric",
    "diesel": "Diesel",
}
_HEADERS = {
    "rdr": "OEM,Dealer Code,RDR Number,VIN,Make,Model,Trim,Model Year,Powertrain,Vehicle Type,"
    "Sale Type,MSRP,Sale Date,Event,Event Time,Reject Reason,Customer Name",
    "objectives": "OEM,Dealer Code,Program,Element,Period,Objective,Announced,Effective,Updated At",
    "standings": "OEM,Dealer Code,Program,Element,Period,As Of,Units,Amount",
    "vin_list": "OEM,Dealer Code,Program,Period,As Of,VIN,Counted,Reason",
    "payments": "OEM,Dealer Code,Statement,Statement Date,Program,Period,VIN,Units,Amount",
    "items": "OEM,Dealer Code,Program,Item,Type,Name,Due,Completed,Updated At,Responsible Person",
    "recalls": "OEM,VIN,Campaign,Opened,Remedied,Updated At",
}
_STATED_DAYS = 49  # how long after its end a period stands in the weekly files
_Lines = Callable[[World, str, Window], Iterable[str]]


def files(world: World) -> dict[str, bytes]:
    """Every portal file: path relative to the inbox, bytes. A file without rows is not written."""
    made: dict[str, bytes] = {}
    daily, mondays, sometimes = after_selling_days("06:00"), weekly("06:10"), now_and_then("06:00")
    kinds: tuple[tuple[str, _Lines, list[Window]], ...] = (
        ("rdr", _rdr_lines, daily),
        ("objectives", _objective_lines, sometimes),
        ("payments", _payment_lines, sometimes),
        ("standings", _standing_lines, mondays),
        ("vin_list", _vin_list_lines, mondays[-4:]),
        ("items", _item_lines, mondays),
        ("recalls", _recall_lines, mondays),
    )
    for oem in OEM_PREFIXES:
        for stem, lines_of, windows in kinds:
            for window in windows:
                if stem == "objectives" and oem == "toyota":
                    continue
                lines = list(lines_of(world, oem, window))
                if lines:
                    label = f"{stem}_history" if window.is_history else stem
                    text = "\n".join([_HEADERS[stem], *lines]) + "\n"
                    made[f"portal/{oem}/{label}_{window.stamp}.csv"] = text.encode()
    for window in sometimes:
        announced = list(_announced(world, "toyota", window))
        if announced:
            label = "objectives_history" if window.is_history else "objectives"
            made[f"portal/toyota/{label}_{window.stamp}.xlsx"] = _workbook(announced, window)
    return made


def _rdr_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    happened, reports, deals, catalogue = (
        world.report_events,
        world.reports,
        world.deals,
        variants(),
    )
    first, last = np.searchsorted(happened.at, (window.since, window.at), side="right")
    prefix, label = OEM_PREFIXES[oem], OEM_LABELS[oem]
    for one in range(first, last):
        report, event = int(happened.report[one]), EVENTS[happened.event[one]]
        if reports.number[report][0] != prefix:
            continue
        deal, at = int(reports.deal[report]), int(happened.at[one])
        variant = int(deals.variant[deal])
        reason = REJECT_REASONS[reports.reason[report]] if event == "Rejected" else "-"
        yield (
            f"{label},{world.stores[deals.store[deal]].dealer_code},{reports.number[report]},"
            f"{deals.vin[deal]},{catalogue.make[variant]},{catalogue.model[variant]},"
            f"{catalogue.trim[variant]},{deals.model_year[deal]},"
            f"{_FUEL[str(catalogue.powertrain[variant])]},"
            f"{STOCK_TYPES[deals.stock_type[deal]].capitalize()},"
            f"{SALE_TYPES[deals.sale_type[deal]].capitalize()},{deals.msrp[deal]}.00,"
            f"{_DATE[int(deals.delivered_at[deal]) // DAY]},{event},{_DATE[at // DAY]} {clock(at)},"
            f"{reason},{world.people[deals.person[deal]].full_name}"
        )


def _announced(world: World, oem: str, window: Window) -> Iterator[Objective]:
    for objective in world.objectives:
        if objective.store.oem == oem and window.since < objective.announced_at <= window.at:
            yield objective


def _objective_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for one in _announced(world, oem, window):
        at = one.announced_at
        yield (
            f"{OEM_LABELS[oem]},{one.store.dealer_code},{one.program},{one.element},{one.period},"
            f"{one.units},{_DATE[at // DAY]},{one.effective},{_DATE[at // DAY]} {clock(at)}"
        )


def _workbook(objectives: list[Objective], window: Window) -> bytes:
    """A real Excel file in which the dealer code is a number: its leading zeros are gone."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    written = np.datetime64(window.at, "s").astype(datetime.datetime)
    book.set_properties({"title": "Objectives", "author": "Dealer portal", "created": written})
    sheet = book.add_worksheet("Objectives")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    head = (
        "Dealer",
        "Program",
        "Element",
        "Period",
        "Objective",
        "Announced",
        "Effective",
        "Exported At",
    )
    sheet.write_row(0, 0, head)
    for number, one in enumerate(objectives, start=1):
        announced = np.datetime64(one.announced_at, "s").astype(datetime.datetime)
        sheet.write_number(number, 0, int(one.store.dealer_code))
        sheet.write_row(number, 1, (one.program, one.element, one.period))
        sheet.write_number(number, 4, one.units)
        midnight = announced.replace(hour=0, minute=0, second=0)
        sheet.write_datetime(number, 5, midnight, day)
        sheet.write_datetime(number, 6, one.effective.astype(datetime.datetime), day)
        sheet.write_datetime(number, 7, written, moment)
    book.close()
    return buffer.getvalue()


def _pairs(world: World, oem: str) -> Iterator[tuple[Program, Store, str]]:
    """Every program × store × period of an OEM since the store opened."""
    for program in PROGRAMS:
        if program.oem == oem:
            calendar = world.calendars[oem]
            for store in world.stores_of_oem(oem):
                for period in periods(program, calendar):
                    if calendar.period(period)[0] >= store.opened:
                        yield program, store, period


def _stated(
    world: World, oem: str, window: Window
) -> Iterator[tuple[Program, Store, str, int, bool]]:
    """What a standings file states: (program, store, period, moment, whether the books are closed).

    The history has each closed period at its closing; since then every file has the periods that
    run or ended in the last seven weeks, so that late reports and unwound cars show.
    """
    sunday = int(window.day.astype(int)) * DAY - 1
    for program, store, period in _pairs(world, oem):
        closing = world.awards.final_moment(program, period)
        first, last = world.calendars[oem].period(period)
        if window.is_history and window.since < closing <= window.at:
            yield program, store, period, closing - 1, True
        is_recent = first < window.day <= last + _STATED_DAYS
        if is_recent and not (window.is_history and window.stamp[:8] != "20250721"):
            yield program, store, period, sunday, closing <= window.at


def _standing_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for program, store, period, at, is_closed in _stated(world, oem, window):
        head = f"{OEM_LABELS[oem]},{store.dealer_code},{program.code}"
        for element in program.elements:
            award = world.awards.award(store, program, element, period, at)
            units = award.units + sum(
                (one.counted_by == store.id) - (one.store == store.id)
                for one in _differences(world, program, period, at)
            )
            amount = _dollars(award.cents) if is_closed else "-"
            yield f"{head},{element.code},{period},{_DATE[at // DAY]},{units},{amount}"
        if program.code == "vw-bonus" and is_closed:
            cents = world.awards.volkswagen_csi(store, program, period, at)
            yield f"{head},csi,{period},{_DATE[at // DAY]},0,{_dollars(cents)}"


def _differences(world: World, program: Program, period: str, at: int) -> list[Difference]:
    """Those of the period that the OEM could know of by then."""
    return [
        one
        for one in world.differences
        if (one.program, one.period) == (program.code, period) and one.accepted_at <= at
    ]


def _vin_list_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for program, store, period, at, _ in _stated(world, oem, window):
        head = f"{OEM_LABELS[oem]},{store.dealer_code},{program.code},{period},{_DATE[at // DAY]}"
        apart = {one.vin: one for one in _differences(world, program, period, at)}
        vins: list[str] = []
        for element in program.elements:
            vins += world.counter.vin[
                world.counter.units(store, program, element, period, at)
            ].tolist()
        for vin in sorted(vins):
            other = apart.get(vin)
            if other is None:
                yield f"{head},{vin},Y,-"
            elif other.counted_by is not None:
                code = world.stores[world.store_positions[other.counted_by]].dealer_code
                yield f"{head},{vin},N,Counted under dealer code {code}"
        for one in apart.values():
            if one.counted_by == store.id:
                yield f"{head},{one.vin},Y,-"


def _payment_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for line in world.statements:
        at = int(line.day.astype(int)) * DAY + 20 * 3600
        if line.store.oem == oem and window.since < at <= window.at:
            yield (
                f"{OEM_LABELS[oem]},{line.store.dealer_code},{line.number},{line.day},{line.program},"
                f"{line.period},{line.vin or '-'},{line.units},{_dollars(line.cents)}"
            )


def _item_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for number, item in enumerate(world.items):
        at = int(item.updated.astype(int)) * DAY + 18 * 3600
        if item.store.oem == oem and window.since < at <= window.at:
            who = world.people[number % len(world.people)]
            yield (
                f"{OEM_LABELS[oem]},{item.store.dealer_code},{item.program or '-'},{item.code},"
                f"{item.type},{item.name},{item.due},{item.completed or '-'},"
                f"{item.updated} 18:00:00,{who.full_name}"
            )


def _recall_lines(world: World, oem: str, window: Window) -> Iterator[str]:
    for recall in world.recalls:
        if recall.oem != oem:
            continue
        for day, remedied in ((recall.opened, "-"), (recall.remedied, recall.remedied)):
            at = int(day.astype(int)) * DAY + 12 * 3600
            if window.since < at <= window.at:
                yield (
                    f"{OEM_LABELS[oem]},{recall.vin},{recall.campaign},{recall.opened},{remedied},"
                    f"{day} 12:00:00"
                )


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
