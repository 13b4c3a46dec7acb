"""The check digit of a VIN, in SQL over whole columns.

Here: the digit that position 9 must hold by 49 CFR 565.15. Not here: length and letters of a VIN
(conversions.py), what an invalid one means for a program (dbt).
"""

from __future__ import annotations

# 49 CFR 565.15: each letter has a value, each position a weight; the sum modulo 11 is the digit,
# X for ten. Position 9 is the digit itself and weighs nothing.
_LETTERS, _VALUES = "ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin_valid_sql(vin: str) -> str:
    """An SQL expression: whether an upper-case VIN of 17 has its check digit; NULL for NULL."""
    figures = f"translate({vin}, '{_LETTERS}', '{_VALUES}')"
    total = " + ".join(
        f"{weight} * (ascii(substr({figures}, {place}, 1)) - 48)"
        for place, weight in enumerate(_WEIGHTS, start=1)
        if weight
    )
    return f"substr('0123456789X', ({total}) % 11 + 1, 1) = substr({vin}, 9, 1)"
