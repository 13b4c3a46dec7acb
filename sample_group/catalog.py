"""What the invented stores sell: model lines of each make with trims, powertrains and list prices.

Here: facts about cars, close to the real ranges of 2022 to 2026. Not here: how many are sold
(stores.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from sample_group.vins import descriptor

PRICE_GROWTH = 1.025  # list prices a year; the lines below are of model year 2025


@dataclass(frozen=True)
class ModelLine:
    """One model of one make."""

    make: str
    model: str
    wmi: str  # world manufacturer identifier: VIN positions 1 to 3
    share: float  # of the make's new sales
    msrp: int  # US dollars, base trim of model year 2025
    trims: tuple[str, ...]
    step: int  # dollars from one trim to the next
    powertrains: tuple[tuple[str, float], ...] = (("gas", 1.0),)
    last_year: int = 2099  # the last model year built
    leftover: float = 0.0  # extra share of the outgoing model year among the sales of a year


HYBRID = (("hybrid", 1.0),)
ELECTRIC = (("electric", 1.0),)

MODEL_LINES = (
    ModelLine("Nissan", "Altima", "1N4", 0.13, 27600, ("S", "SV", "SR", "SL"), 2000),
    ModelLine("Nissan", "Sentra", "3N1", 0.15, 21600, ("S", "SV", "SR"), 1100),
    ModelLine("Nissan", "Versa", "3N1", 0.06, 17200, ("S", "SV", "SR"), 1200),
    ModelLine("Nissan", "Kicks", "3N8", 0.11, 21900, ("S", "SV", "SR"), 1900),
    ModelLine("Nissan", "Rogue", "5N1", 0.28, 28600, ("S", "SV", "SL", "Platinum"), 3300),
    ModelLine("Nissan", "Murano", "5N1", 0.05, 40500, ("SV", "SL", "Platinum"), 4600),
    ModelLine("Nissan", "Pathfinder", "5N1", 0.09, 36900, ("S", "SV", "SL", "Platinum"), 4400),
    ModelLine("Nissan", "Armada", "JN8", 0.03, 58500, ("SV", "SL", "Pro-4X"), 7200),
    ModelLine("Nissan", "Frontier", "1N6", 0.08, 32100, ("S", "SV", "Pro-4X", "SL"), 3100),
    ModelLine("Nissan", "Titan", "1N6", 0.02, 46900, ("SV", "Pro-4X"), 8200, last_year=2024),
    ModelLine("Nissan", "Ariya", "JN1", 0.02, 40000, ("Engage", "Evolve+"), 4000, ELECTRIC),
    ModelLine(
        "Honda", "Civic", "2HG", 0.20, 24600, ("LX", "Sport", "EX-L"), 2600,
        (("gas", 0.62), ("hybrid", 0.38)),
    ),
    ModelLine(
        "Honda", "Accord", "1HG", 0.15, 28600, ("LX", "SE", "Sport", "Touring"), 2900,
        (("gas", 0.45), ("hybrid", 0.55)),
    ),
    ModelLine(
        "Honda", "CR-V", "5J6", 0.31, 30600, ("LX", "EX", "EX-L", "Sport Touring"), 3000,
        (("gas", 0.48), ("hybrid", 0.52)),
    ),
    ModelLine("Honda", "HR-V", "3CZ", 0.11, 26600, ("LX", "Sport", "EX-L"), 1900),
    ModelLine("Honda", "Passport", "5FN", 0.04, 45200, ("RTL", "TrailSport"), 3900),
    ModelLine("Honda", "Pilot", "5FN", 0.10, 40600, ("Sport", "EX-L", "Touring", "Elite"), 3800),
    ModelLine("Honda", "Odyssey", "5FN", 0.05, 42500, ("EX-L", "Sport-L", "Touring"), 3100),
    ModelLine("Honda", "Prologue", "3GP", 0.04, 47800, ("EX", "Touring", "Elite"), 4300, ELECTRIC),
    ModelLine(
        "Ford", "F-150", "1FT", 0.34, 39500, ("XL", "STX", "XLT", "Lariat", "King Ranch"), 6400,
        (("gas", 0.76), ("hybrid", 0.24)), leftover=0.24,
    ),
    ModelLine("Ford", "F-150 Lightning", "1FT", 0.03, 54800, ("Pro", "XLT"), 8000, ELECTRIC),
    ModelLine(
        "Ford", "F-250 Super Duty", "1FT", 0.11, 47200, ("XL", "XLT", "Lariat"), 7800,
        (("gas", 0.55), ("diesel", 0.45)),
    ),
    ModelLine("Ford", "Maverick", "3FT", 0.11, 28100, ("XL", "XLT", "Lariat"), 3500,
              (("gas", 0.4), ("hybrid", 0.6))),
    ModelLine("Ford", "Ranger", "1FT", 0.05, 33400, ("XL", "XLT", "Lariat"), 4300),
    ModelLine("Ford", "Bronco", "1FM", 0.08, 39900, ("Big Bend", "Badlands", "Wildtrak"), 6200),
    ModelLine("Ford", "Bronco Sport", "3FM", 0.08, 31900, ("Big Bend", "Outer Banks"), 3900),
    ModelLine("Ford", "Escape", "1FM", 0.08, 30400, ("Active", "ST-Line", "Platinum"), 3300,
              (("gas", 0.6), ("hybrid", 0.3), ("plug_in_hybrid", 0.1))),
    ModelLine("Ford", "Explorer", "1FM", 0.10, 40000, ("Active", "ST-Line", "Platinum"), 6600),
    ModelLine("Ford", "Mustang Mach-E", "3FM", 0.02, 39900, ("Select", "GT"), 5500, ELECTRIC),
    ModelLine("Volkswagen", "Jetta", "3VW", 0.17, 22500, ("S", "Sport", "SE", "SEL"), 2100),
    ModelLine("Volkswagen", "Golf GTI", "WVW", 0.05, 33200, ("S", "SE", "Autobahn"), 3400),
    ModelLine("Volkswagen", "Taos", "3VV", 0.18, 25400, ("S", "SE", "SEL"), 3200),
    ModelLine("Volkswagen", "Tiguan", "3VV", 0.24, 30100, ("S", "SE", "SEL R-Line"), 3900),
    ModelLine("Volkswagen", "Atlas", "1V2", 0.22, 39300, ("SE", "SE Technology", "SEL"), 4300),
    ModelLine("Volkswagen", "Atlas Cross Sport", "1V2", 0.07, 38400, ("SE", "SEL"), 5200),
    ModelLine("Volkswagen", "ID.4", "1V2", 0.07, 45900, ("Pro", "Pro S"), 5200, ELECTRIC),
    ModelLine("Chevrolet", "Silverado 1500", "3GC", 0.27, 39200, ("WT", "LT", "RST", "LTZ"), 6500,
              (("gas", 0.8), ("diesel", 0.2))),
    ModelLine("Chevrolet", "Silverado 2500 HD", "1GC", 0.08, 49200, ("WT", "LT", "LTZ"), 8000),
    ModelLine("Chevrolet", "Colorado", "1GC", 0.06, 33600, ("WT", "LT", "Trail Boss"), 3600),
    ModelLine("Chevrolet", "Equinox", "3GN", 0.20, 30200, ("LT", "RS", "Activ"), 3000),
    ModelLine("Chevrolet", "Equinox EV", "3GN", 0.06, 35100, ("LT", "RS"), 6000, ELECTRIC),
    ModelLine("Chevrolet", "Trax", "KL7", 0.14, 21900, ("LS", "RS", "Activ"), 1500),
    ModelLine("Chevrolet", "Traverse", "1GN", 0.10, 42100, ("LT", "Z71", "RS"), 5200),
    ModelLine("Chevrolet", "Tahoe", "1GN", 0.06, 61800, ("LS", "LT", "Premier"), 6900),
    ModelLine("Chevrolet", "Corvette", "1G1", 0.03, 70800, ("1LT", "2LT", "3LT"), 7200),
    ModelLine("Chrysler", "Pacifica", "2C4", 1.0, 45200, ("Select", "Limited", "Pinnacle"), 5100,
              (("gas", 0.82), ("plug_in_hybrid", 0.18))),
    ModelLine("Dodge", "Durango", "1C4", 0.72, 40900, ("GT", "R/T", "SRT Hellcat"), 14500),
    ModelLine("Dodge", "Hornet", "ZAC", 0.28, 31900, ("GT", "R/T"), 8000,
              (("gas", 0.7), ("plug_in_hybrid", 0.3))),
    ModelLine("Jeep", "Grand Cherokee", "1C4", 0.41, 39900, ("Laredo", "Altitude", "Limited"), 4300,
              (("gas", 0.84), ("plug_in_hybrid", 0.16))),
    ModelLine("Jeep", "Wrangler", "1C4", 0.29, 35200, ("Sport", "Willys", "Sahara"), 6200,
              (("gas", 0.66), ("plug_in_hybrid", 0.34))),
    ModelLine("Jeep", "Compass", "3C4", 0.21, 28900, ("Sport", "Latitude", "Limited"), 3300),
    ModelLine("Jeep", "Gladiator", "1C6", 0.09, 40900, ("Sport", "Nighthawk", "Mojave"), 6800),
    ModelLine("Ram", "1500", "1C6", 0.68, 42800, ("Tradesman", "Big Horn", "Laramie"), 8200,
              leftover=0.08),
    ModelLine("Ram", "2500", "3C6", 0.24, 48400, ("Tradesman", "Big Horn", "Laramie"), 8400,
              (("gas", 0.6), ("diesel", 0.4))),
    ModelLine("Ram", "ProMaster", "3C6", 0.08, 48000, ("1500", "2500"), 3000),
    ModelLine("Toyota", "Corolla", "5YF", 0.13, 23600, ("LE", "SE", "XSE"), 2000,
              (("gas", 0.72), ("hybrid", 0.28))),
    ModelLine("Toyota", "Camry", "4T1", 0.15, 30000, ("LE", "SE", "XLE", "XSE"), 2400, HYBRID),
    ModelLine("Toyota", "Prius", "JTD", 0.03, 29800, ("LE", "XLE", "Limited"), 3200,
              (("hybrid", 0.8), ("plug_in_hybrid", 0.2))),
    ModelLine("Toyota", "RAV4", "2T3", 0.25, 30600, ("LE", "XLE", "XLE Premium", "Limited"), 2600,
              (("gas", 0.5), ("hybrid", 0.42), ("plug_in_hybrid", 0.08))),
    ModelLine("Toyota", "Highlander", "5TD", 0.07, 41400, ("LE", "XLE", "Limited"), 4100,
              (("gas", 0.6), ("hybrid", 0.4))),
    ModelLine("Toyota", "Grand Highlander", "5TD", 0.08, 42300, ("LE", "XLE", "Limited"), 4700,
              (("gas", 0.6), ("hybrid", 0.4))),
    ModelLine("Toyota", "Tacoma", "3TY", 0.14, 33300, ("SR", "SR5", "TRD Sport"), 3400),
    ModelLine("Toyota", "Tundra", "5TF", 0.08, 42100, ("SR", "SR5", "Limited"), 7500,
              (("gas", 0.75), ("hybrid", 0.25))),
    ModelLine("Toyota", "4Runner", "JTE", 0.05, 42800, ("SR5", "TRD Sport", "Limited"), 5600),
    ModelLine("Toyota", "bZ4X", "JTM", 0.02, 39100, ("XLE", "Limited"), 4600, ELECTRIC),
)  # fmt: skip

# Lines that are younger than the used cars of the sample: model, first model year.
_FIRST_YEARS = {
    "Ariya": 2023,
    "Prologue": 2024,
    "F-150 Lightning": 2022,
    "Maverick": 2022,
    "Bronco": 2021,
    "Bronco Sport": 2021,
    "Mustang Mach-E": 2021,
    "Taos": 2022,
    "Atlas Cross Sport": 2020,
    "ID.4": 2021,
    "Equinox EV": 2024,
    "Hornet": 2023,
    "Gladiator": 2020,
    "Grand Highlander": 2024,
    "bZ4X": 2023,
    "Kicks": 2018,
    "Atlas": 2018,
}


@dataclass(frozen=True)
class Variants:
    """All trims × powertrains of all lines as columns; a unit's variant is a position in them."""

    make: np.ndarray
    model: np.ndarray
    trim: np.ndarray
    powertrain: np.ndarray
    wmi: np.ndarray
    descriptor: np.ndarray
    msrp: np.ndarray  # int64 dollars, model year 2025
    share: np.ndarray  # of the make's new sales
    first_year: np.ndarray  # 0 where the line is older than any car of the sample
    last_year: np.ndarray
    leftover: np.ndarray

    def of_make(self, make: str) -> np.ndarray:
        """Positions of a make's variants."""
        return np.flatnonzero(self.make == make)


@cache
def variants() -> Variants:
    """The catalogue, unfolded. A make's shares add up to 1."""
    rows = [
        (line, trim, powertrain, line.share * share * trim_share, order)
        for line in MODEL_LINES
        for order, (trim, trim_share) in enumerate(_trim_shares(line.trims))
        for powertrain, share in line.powertrains
    ]
    extra = {"gas": 0, "hybrid": 1500, "plug_in_hybrid": 7000, "electric": 0, "diesel": 2500}
    return Variants(
        make=np.array([line.make for line, *_ in rows]),
        model=np.array([line.model for line, *_ in rows]),
        trim=np.array([trim for _, trim, *_ in rows]),
        powertrain=np.array([powertrain for _, _, powertrain, *_ in rows]),
        wmi=np.array([line.wmi for line, *_ in rows]),
        descriptor=np.array(
            [descriptor(line.make, line.model, trim, power) for line, trim, power, *_ in rows]
        ),
        msrp=np.array([line.msrp + line.step * order + extra[p] for line, _, p, _, order in rows]),
        share=np.array([share for _, _, _, share, _ in rows]),
        first_year=np.array([_FIRST_YEARS.get(line.model, 0) for line, *_ in rows]),
        last_year=np.array([line.last_year for line, *_ in rows]),
        leftover=np.array([line.leftover for line, *_ in rows]),
    )


def _trim_shares(trims: tuple[str, ...]) -> list[tuple[str, float]]:
    """The middle trims sell best."""
    weights = [1.0 + min(order, len(trims) - 1 - order) for order in range(len(trims))]
    return [(trim, weight / sum(weights)) for trim, weight in zip(trims, weights, strict=True)]
