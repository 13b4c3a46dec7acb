"""How figures are written: exact money, unknowns as unknowns, chances as a manager says them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app import format as fmt


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("33600.00", "$33,600"),
        ("33600.50", "$33,600.50"),
        ("0.05", "$0.05"),
        ("-350.00", "−$350"),
        ("9007199254740993.01", "$9,007,199,254,740,993.01"),
    ],
)
def test_money_is_written_exactly(amount: str, text: str) -> None:
    assert fmt.money(Decimal(amount)) == text


def test_unknown_is_never_written_as_zero() -> None:
    for write in (fmt.money, fmt.units, fmt.percent, fmt.rate, fmt.chance, fmt.day, fmt.age,
                  fmt.moment, fmt.score, fmt.signed_money, fmt.about_money):  # fmt: skip
        assert write(None) == fmt.UNKNOWN


def test_a_change_has_its_sign() -> None:
    assert fmt.signed_money(Decimal("38400")) == "+$38,400"
    assert fmt.signed_money(Decimal("-0.01")) == "−$0.01"
    assert fmt.signed_money(Decimal("0.00")) == "no change"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("94332.50", "about $94,300"),
        ("9994.00", "about $9,990"),
        ("12.00", "about $10"),
        ("0.00", "$0"),
    ],
)
def test_an_estimate_is_written_as_one(amount: str, text: str) -> None:
    assert fmt.about_money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("probability", "number", "words"),
    [
        (0.0, "< 1 %", "hardly a chance"),
        (0.004, "< 1 %", "hardly a chance"),
        (0.33, "33 %", "about 1 in 3"),
        (0.5, "50 %", "about even"),
        (0.68, "68 %", "about 2 in 3"),
        (0.97, "97 %", "about 19 in 20"),
        (0.998, "> 99 %", "almost certain"),
        (1.0, "> 99 %", "almost certain"),
    ],
)
def test_chances(probability: float, number: str, words: str) -> None:
    assert fmt.chance(probability) == number
    assert fmt.chance_in_words(probability) == words


def test_words_never_stray_far_from_the_number() -> None:
    """What is said stands within 5 points of what is shown, over the whole range."""
    spoken = [float(fraction) for fraction in fmt.SPOKEN_FRACTIONS]
    for whole in range(3, 98):
        nearest = min(abs(fraction - whole / 100) for fraction in spoken)
        assert nearest <= 0.051, whole


@pytest.mark.parametrize(
    ("share", "text"), [("108.0000", "108 %"), ("99.5000", "99.5 %"), ("100", "100 %")]
)
def test_percent(share: str, text: str) -> None:
    assert fmt.percent(Decimal(share)) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("2025-08", "August 2025"),
        ("2025-Q3", "Q3 2025"),
        ("2025-H2", "H2 2025"),
        ("2025", "2025"),
        ("2025-07_2025-08", "Jul 1 to Aug 31"),
        ("2013-12-03_2014-01-02", "Jul 1 to Aug 31"),
    ],
)
def test_period(code: str, text: str) -> None:
    assert fmt.period(code, date(2025, 7, 1), date(2025, 8, 31)) == text


def test_a_moment_is_written_in_its_own_zone() -> None:
    moment = datetime(2025, 8, 15, 7, 0, tzinfo=ZoneInfo("America/Chicago"))
    assert fmt.moment(moment) == "Fri Aug 15, 2025, 7:00 AM CDT"


@pytest.mark.parametrize(
    ("bare", "written"),
    [
        ("Chevrolet 2025-Q2: 1000.00 not paid", "Chevrolet 2025-Q2: $1,000 not paid"),
        ("A share of 1957.63 for 2 cars", "A share of $1,957.63 for 2 cars"),
        ("Earned 231000.00, paid by statements 0.00", "Earned $231,000, paid by statements $0"),
        ("csi 97.500 as of 2025-07-05, sample 1", "csi 97.500 as of 2025-07-05, sample 1"),
        ("Last file is 229.3 hours old.", "Last file is 229.3 hours old."),
        ("VIN 1N4890U11SH165626 of deal 41879.", "VIN 1N4890U11SH165626 of deal 41879."),
    ],
)  # fmt: skip
def test_bare_dollars_of_a_sentence_are_written_as_dollars(bare: str, written: str) -> None:
    assert fmt.with_dollars(bare) == written
