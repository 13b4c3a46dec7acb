"""The smallest parts of a rulebook's language: money, percents, lists, periods named in a rule.

Here: annotated types that read a writer's shorthands, and what the JSON Schema says of them.
Not here: the parts of a rule made of them (rule_units.py, rule_tiers.py, rule_gates.py, ...).
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from programs.group import Code

ALL_UNITS = "all"
Date = datetime.date


def _number(value: Any) -> Any:
    """A number is written as one: text would be read alike, and then be right by luck."""
    if isinstance(value, str):
        is_quoted = re.fullmatch(r"[-+]?[\d.,]+", value) is not None
        fault = "text; remove its quotes" if is_quoted else "not a number"
        raise ValueError(f"'{value}' is {fault}")
    return value


Number = Annotated[Decimal, BeforeValidator(_number)]
Money = Annotated[Number, Field(ge=0, max_digits=14, decimal_places=2)]
Percent = Annotated[Number, Field(ge=0, le=1000, decimal_places=4)]
Edge = Annotated[Number, Field(ge=0, max_digits=16, decimal_places=4)]
PositiveInt = Annotated[int, Field(ge=1)]
StockType = Literal["new", "used", "certified"]
SaleType = Literal["retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale"]
Rounding = Literal["up", "down", "nearest"]
Averages = Literal["region_average", "national_average"]


# A part that is either one of a few words or a mapping of its own.
WORD, STATED = "word", "stated"


def word_or_stated(value: Any) -> str:
    """Which of the two a writer used."""
    return WORD if isinstance(value, str) else STATED


def _listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if value is None or isinstance(value, list | tuple) else [value]


def _threshold(value: Any) -> Any:
    if value in ("region_average", "national_average"):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"'{value}' is not a number, region_average or national_average")
    return Decimal(value)


def _by_group(value: Any) -> Any:
    """One number pays every unit alike; a mapping pays each pay group its own."""
    return value if value is None or isinstance(value, dict) else {ALL_UNITS: value}


_SPAN = re.compile(
    r"(\d{4}-)?(Q[1-4]|H[12]|M(0[1-9]|1[0-2]))"  # Q4, 2019-Q4, H2, M11
    r"|\d{4}(-(0[1-9]|1[0-2]))?(_\d{4}-(0[1-9]|1[0-2]))?"  # 2019, 2019-11, 2019-11_2019-12
    r"|\d{4}-\d{2}-\d{2}_\d{4}-\d{2}-\d{2}"  # free dates
)


def _named_span(value: str) -> str:
    if not _SPAN.fullmatch(value):
        raise ValueError(
            f"'{value}' names no period; write one like Q4, H2, M11 (of every year), 2019-Q4, "
            "2019-11 or, for free dates, 2019-11-01_2020-01-02"
        )
    return value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]
Years = Annotated[
    tuple[int, ...],
    BeforeValidator(_listed, json_schema_input_type=int | tuple[int, ...]),
]
StockTypes = Annotated[
    tuple[StockType, ...],
    BeforeValidator(_listed, json_schema_input_type=StockType | tuple[StockType, ...]),
]
SaleTypes = Annotated[
    tuple[SaleType, ...],
    BeforeValidator(_listed, json_schema_input_type=SaleType | tuple[SaleType, ...]),
]
Threshold = Annotated[
    Decimal | Averages,
    BeforeValidator(_threshold, json_schema_input_type=Decimal | Averages),
]
MoneyByGroup = Annotated[
    dict[Code, Money],
    BeforeValidator(_by_group, json_schema_input_type=Money | dict[Code, Money]),
]
PercentByGroup = Annotated[
    dict[Code, Percent],
    BeforeValidator(_by_group, json_schema_input_type=Percent | dict[Code, Percent]),
]
NamedSpan = Annotated[
    str,
    AfterValidator(_named_span),
    WithJsonSchema({"type": "string", "pattern": f"^({_SPAN.pattern})$"}),
]
NamedSpans = Annotated[
    tuple[NamedSpan, ...],
    BeforeValidator(_listed, json_schema_input_type=NamedSpan | tuple[NamedSpan, ...]),
]
