"""Landing doesn't depend on the order in which files arrive, nor on how often they are sent; and
whatever is done to a file, every line is accounted for and no wrong value lands unseen."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.landing import land_all
from orchestration.landing.kinds import KINDS
from tests.unit.landing.tiny_home import NOW, TinyHome, deal, deals


def arrivals() -> list[tuple[str, str]]:
    """Names and contents: doubled contents, restated rows, a bad file, two that share a moment."""
    days = [
        (f"tiny/deals_2025080{day}T0500.csv", deals(*(deal(Deal=f"D{day}{n}") for n in range(3))))
        for day in range(1, 6)
    ]
    again = [(name.replace("deals_2025080", "deals_2025081"), text) for name, text in days[:3]]
    earlier = [
        ("tiny/a_deals_20250803T0500.csv", days[2][1]),
        ("tiny/deals_20250701T0500.csv", days[1][1]),
    ]
    odd = [("tiny/deals_20250809T0500.csv", deals(deal(), deal(VIN="short"))[:-2]), ("x.bin", "?")]
    return [*days, *again, *earlier, *odd]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_in_any_number_of_runs_lands_the_same(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    straight = TinyHome.make(tmp_path / "straight")
    for name, text in arrivals():
        straight.put(name, text)
    straight.land()
    home = TinyHome.make(tmp_path / "shuffled")
    shuffled = arrivals()
    dice.shuffle(shuffled)
    for number, (name, text) in enumerate(shuffled):
        home.put(name, text)
        if dice.random() < 0.4:
            home.land(now=NOW + timedelta(days=number))
    home.land(now=NOW + timedelta(days=99))
    with_moment = {
        name: [row for row in rows if row.get("source_file") != "x.bin"]  # its moment is the clock
        for name, rows in home.content().items()
    }
    expected = {
        name: [row for row in rows if row.get("source_file") != "x.bin"]
        for name, rows in straight.content().items()
    }
    assert with_moment == expected


def test_landing_twice_and_all_kinds_at_once(tmp_path: Path) -> None:
    one, other = TinyHome.make(tmp_path / "one"), TinyHome.make(tmp_path / "other")
    for home in (one, other):
        for name, text in arrivals():
            home.put(name, text)
    land_all(one.path, NOW, settle_seconds=0)
    land_all(one.path, NOW, settle_seconds=0)
    for kind in KINDS:
        other.land(kind)
    assert one.content() == other.content()


# One damage a line: what happens to files on their way. Each leaves the other lines alone.
DAMAGE = {
    "cut": lambda line, at: line[:at],
    "lost delimiter": lambda line, at: (
        line[: line.find(",", at)] + line[line.find(",", at) + 1 :] if "," in line[at:] else line
    ),
    "stray delimiter": lambda line, at: line[:at] + "," + line[at:],
    "stray quote": lambda line, at: line[:at] + '"' + line[at:],
    "stray line end": lambda line, at: line[:at] + "\n" + line[at:],
    "stray carriage return": lambda line, at: line[:at] + "\r" + line[at:],
    "a broken byte": lambda line, at: line[:at] + "\udcff" + line[at:],
    "doubled": lambda line, at: line + "\n" + line,
    "blank line before": lambda line, at: "\n" + line,
}


@st.composite
def damaged_files(draw: st.DrawFn) -> tuple[bytes, int]:
    """A deals file some of whose lines are damaged, and the number of its rows. Every value of a
    row tells the row's number, so that a shifted or mixed-up row can be seen."""
    rows = draw(st.integers(0, 12))
    is_quoted = draw(st.booleans())
    lines = []
    for number in range(rows):
        text = deal(
            Deal=f"D{number}",
            Stock=f"S{number}",
            Make=f"Make{number}",
            Model=f"Model{number}",
            MSRP=f"{number}.25",
            Customer=f"Zebulon{number}",
        )
        if is_quoted:
            text = ",".join(f'"{value}"' for value in text.split(","))
        if draw(st.integers(0, 3)) == 0:
            text = DAMAGE[draw(st.sampled_from(sorted(DAMAGE)))](
                text, draw(st.integers(0, len(text)))
            )
        lines.append(text)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    content = deals(*lines).replace("\n", newline).encode("utf-8", "surrogateescape")
    if draw(st.integers(0, 5)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return content, rows


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(damaged_files())
def test_every_line_is_accounted_for_and_no_wrong_value_lands(
    tmp_path: Path, damaged: tuple[bytes, int]
) -> None:
    content, _ = damaged
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
    home = TinyHome.make(tmp_path / "home")
    home.put("tiny/deals_20250801T0500.csv", content)
    home.land()
    [told] = (
        home.files().values()
    )  # its own account is checked there: in = landed + aside + ignored
    landed = home.rows()
    assert told["rows_landed"] == len(landed)
    assert told["rows_set_aside"] == len({q["source_row"] for q in home.quarantine()}) or (
        told["outcome"] == "set_aside" and told["rows_landed"] == 0
    )
    physical = content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row in landed:
        first = row["_source_row"] - 1  # a line end at the edge of a value makes it two lines
        assert_is_its_line(row, "".join(physical[first : first + 2]))
    for told_row in home.quarantine():
        assert 2 <= told_row["source_row"] <= len(physical)
    assert "Zebulon" not in home.everything_written()


def assert_is_its_line(row: dict[str, Any], record: str) -> None:
    """A landed row is one row, not a mixture. Stray signs inside a value are the file's own."""
    number = int(row["msrp_amount"])
    for name, value in _values(number).items():
        assert _bare(row[name]) == value, (name, row[name], record)
    assert f"D{number}" in _bare(record)


def _values(number: int) -> dict[str, str]:
    starts = {"deal_number": "D", "stock_number": "S", "make": "Make", "model": "Model"}
    return {name: f"{start}{number}" for name, start in starts.items()}


def _bare(text: str) -> str:
    return text.translate(str.maketrans("", "", '",ÿ'))
