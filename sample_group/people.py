"""Invented customers, the forms in which vendors write them, and finding them again in an inbox.

Here: names, addresses, phones, e-mails and birth dates of people who do not exist. The names are
nobody's, the phones end in 555-01xx, the e-mails in example.invalid.
Not here: which customer bought which car (sales.py), the files' columns (vendors/).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PEOPLE = 1200

_FIRST_NAMES = (
    "Brindle Quorra Snicket Ozma Tibble Wrenna Fizz Moxley Pernilla Zeb Dottle Yarrowyn Grumbo "
    "Lumina Plinky Ximble Oonagh Bazzle Trillium Humber Zoë Jónsi Ulfric Wumpus Noëlla Cribbage "
    "Fennimore Odwalla"
).split()
_FAMILY_STARTS = (
    "Quill Bramble Tumble Snick Wobble Glimmer Zander Mock Sham Fable Noodle Pepper Squib Thimble "
    "Übel Muddle Crinkle Ñandu Puddle Twizzle Gobble Hexen Jabber Kipper Lollop Marrow Niggle "
    "Oddle Piffle Rumpel"
).split()
_FAMILY_ENDS = "feather snort wicket bottom dazzle whistle muffin gadget pocket thwaite".split()
_STREETS = (
    "Nowhere Lane|Imaginary Avenue|Fictional Court|Makebelieve Road|Pretend Boulevard|"
    "Invented Terrace|Placeholder Street|Unreal Crescent|Storybook Way|Phantom Parkway"
).split("|")
_AREA_CODES = ("608", "414", "262", "920", "217", "309", "847", "314", "417", "573")


@dataclass(frozen=True)
class Person:
    """One invented customer."""

    number: int
    first: str
    last: str
    street: str
    phone: str  # ten digits
    email: str
    born: datetime.date

    @property
    def full_name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def last_comma_first(self) -> str:
        return f"{self.last.upper()}, {self.first.upper()}"

    @property
    def phone_bracketed(self) -> str:
        return f"({self.phone[:3]}) {self.phone[3:6]}-{self.phone[6:]}"

    @property
    def phone_dashed(self) -> str:
        return f"{self.phone[:3]}-{self.phone[3:6]}-{self.phone[6:]}"

    def names(self) -> tuple[str, ...]:
        """Every form of the name that a vendor writes."""
        return (
            self.full_name,
            self.last_comma_first,
            f"{self.last},{self.first}",
            f"{self.last.upper()}/{self.first.upper()}",
            self.last,
            self.last.upper(),
        )

    def addresses(self) -> tuple[str, ...]:
        """Every form of the address."""
        return (self.street, self.street.upper())

    def phones(self) -> tuple[str, ...]:
        """Every form of the phone number."""
        return (self.phone, self.phone_bracketed, self.phone_dashed)

    def birth_dates(self) -> tuple[str, ...]:
        """Every form of the birth date."""
        forms = ("%m/%d/%Y", "%Y%m%d", "%Y-%m-%d", "%d%b%y", "%m/%d/%y")
        return tuple(self.born.strftime(form).upper() for form in forms)


@dataclass(frozen=True)
class CustomerData:
    """Every customer datum of an inbox, as written there, sorted, each once."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    birth_dates: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """All of them in one tuple."""
        return self.names + self.addresses + self.phones + self.emails + self.birth_dates


def make_people(seed: int) -> list[Person]:
    """The sample's customers; the same seed makes the same people."""
    random = np.random.default_rng([seed, 1])
    families = [start + end for start in _FAMILY_STARTS for end in _FAMILY_ENDS]
    first = random.integers(0, len(_FIRST_NAMES), PEOPLE)
    house = random.integers(100, 9900, PEOPLE)
    street = random.integers(0, len(_STREETS), PEOPLE)
    area = random.integers(0, len(_AREA_CODES), PEOPLE)
    line = random.integers(0, 100, PEOPLE)
    born = np.datetime64("1941-01-01") + random.integers(0, 365 * 58, PEOPLE)
    people = []
    for number in range(PEOPLE):
        name = _FIRST_NAMES[first[number]]
        family = families[number % len(families)]
        people.append(
            Person(
                number=number + 1,
                first=name,
                last=family,
                street=f"{house[number]} {_STREETS[street[number]]}",
                phone=f"{_AREA_CODES[area[number]]}55501{line[number]:02d}",
                email=f"{_plain(name)}.{_plain(family)}.{number + 1:04d}@example.invalid",
                born=born[number].astype(object),
            )
        )
    return people


def customers_in_inbox(inbox: Path, seed: int) -> CustomerData:
    """Which forms of which data of the invented people stand in the files of `inbox`.

    Looks at the bytes between separators, so that half-written and badly encoded files are covered.
    """
    values: set[bytes] = set()
    for path in sorted(inbox.rglob("*")):
        if path.is_file():
            values |= _values(path.read_bytes())

    def present(forms: set[str]) -> tuple[str, ...]:
        return tuple(sorted(form for form in forms if not values.isdisjoint(_spellings(form))))

    people = make_people(seed)
    return CustomerData(
        names=present({form for person in people for form in person.names()}),
        addresses=present({form for person in people for form in person.addresses()}),
        phones=present({form for person in people for form in person.phones()}),
        emails=present({person.email for person in people}),
        birth_dates=present({form for person in people for form in person.birth_dates()}),
    )


_SEPARATORS = bytes.maketrans(b'"|\r', b"\n\n\n")


def _values(data: bytes) -> set[bytes]:
    """Whatever stands between quotes, pipes and line ends, and the same cut at commas too."""
    pieces = set(data.translate(_SEPARATORS).split(b"\n"))
    return pieces | {value for piece in pieces for value in piece.split(b",")}


def _spellings(text: str) -> set[bytes]:
    """The bytes of a text in the encodings that the vendors use, JSON's escapes among them."""
    escaped = text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    return {text.encode("utf-8"), text.encode("latin-1"), escaped}


def _plain(name: str) -> str:
    letters = str.maketrans("ëóñüÑÜ", "eonunu")
    return name.translate(letters).lower()
