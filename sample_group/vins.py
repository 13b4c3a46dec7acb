"""Vehicle identification numbers with valid check digits (49 CFR 565.15), made in one go.

Here: composing VINs and their check digits. Not here: judging the VINs of a file
(orchestration.landing). The makers' prefixes are real, the rest is counted up: a VIN of the sample
may exist by chance.
"""

from __future__ import annotations

import hashlib

import numpy as np

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"  # no I, O, Q
_VALUES = dict(zip("ABCDEFGH", range(1, 9), strict=True))
_VALUES |= {"J": 1, "K": 2, "L": 3, "M": 4, "N": 5, "P": 7, "R": 9}
_VALUES |= dict(zip("STUVWXYZ", range(2, 10), strict=True)) | {str(d): d for d in range(10)}
WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 2010 to 2039
_TABLE = np.zeros(128, dtype=np.int64)
for _letter, _value in _VALUES.items():
    _TABLE[ord(_letter)] = _value
_CHECK = np.frombuffer(b"0123456789X", dtype=np.uint8)


def descriptor(*parts: str) -> str:
    """Five characters that stand for a model line: VIN positions 4 to 8."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:5])


def compose(
    makers: np.ndarray, descriptors: np.ndarray, years: np.ndarray, serials: np.ndarray
) -> np.ndarray:
    """VINs (text array) of maker prefixes (3), descriptors (5), model years, serials.

    Years 2010 to 2039; serials below 1,000,000 and unique per maker and descriptor, or VINs repeat.
    """
    codes = np.array(list(_YEAR_CODES))[np.asarray(years) - 2010]
    plants = np.array(list("CFHLMW"))[np.asarray(serials) % 6]
    digits = np.char.zfill(np.asarray(serials).astype("U6"), 6)
    parts = (makers.astype("U3"), descriptors.astype("U5"))
    text = np.strings.add(np.strings.add(*parts), "0")
    for part in (codes, plants, digits):
        text = np.strings.add(text, part)
    characters = text.astype("S17").view(np.uint8).reshape(-1, 17).copy()
    characters[:, 8] = _CHECK[_remainders(characters)]
    return characters.view("S17").ravel().astype("U17")


def has_valid_check_digit(vins: np.ndarray) -> np.ndarray:
    """Whether the ninth character of each VIN of 17 characters is its check digit."""
    characters = vins.astype("S17").view(np.uint8).reshape(-1, 17)
    return characters[:, 8] == _CHECK[_remainders(characters)]


def with_wrong_check_digit(vin: str) -> str:
    """The VIN with two figures of its serial number swapped, so that its check digit fails."""
    for position in range(11, 16):
        pair = vin[position : position + 2]
        typed = vin[:position] + pair[::-1] + vin[position + 2 :]
        if typed != vin and not has_valid_check_digit(np.array([typed]))[0]:
            return typed
    wrong = "0" if vin[8] != "0" else "1"
    return vin[:8] + wrong + vin[9:]


def _remainders(characters: np.ndarray) -> np.ndarray:
    return (_TABLE[characters] * WEIGHTS).sum(axis=1) % 11
