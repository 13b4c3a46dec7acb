"""The mapping language: how one vendor's files become one canonical kind. Models only.

Here: the pydantic models of `mappings/*.yaml`, field by field. Every key is explained, with a
worked example, in docs/mappings.md. Not here: reading the files and the checks that need the
kind or the group (mapping_files.py), nor applying them (convert.py and the readers).

Source columns are named as the header names them (letter case and repeated blanks don't matter);
in JSON they are dotted paths into a record (`pricing.msrp`, `vehicles.0.vin`), as written.
"""

from __future__ import annotations

import codecs
import re
from fnmatch import fnmatch
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from programs.documents import StrictModel
from programs.group import Code, TimeZone

ConversionType = Literal[
    "text",
    "int",
    "money",
    "score",
    "date",
    "moment",
    "bool",
    "code",
    "vin",
    "epoch_ms_moment",
    "epoch_ms_date",
]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _texts(value: object) -> object:
    """Numbers and booleans of a YAML list, as the text that stands in a file."""
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [_text(value)] if isinstance(value, str | int | bool) else value


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Text = Annotated[str, BeforeValidator(_text)]


def column_key(name: str) -> str:
    """A header as it is compared: letter case and repeated blanks don't matter."""
    return " ".join(name.split()).casefold()


def _compiled(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from error
    if groups != 1:
        raise ValueError(f"'{pattern}' needs exactly one group in parentheses, it has {groups}")
    return pattern


NamePattern = Annotated[str, AfterValidator(_compiled)]


class Moment(StrictModel):
    """The file's moment, read from its path: when the vendor extracted it."""

    pattern: NamePattern
    format: str
    time_zone: TimeZone


class Trailer(StrictModel):
    """The last line of a text file that says how many records it should hold."""

    prefix: str = Field(min_length=1)
    count_field: int = Field(ge=1)


class FixedField(StrictModel):
    """One field of a fixed-width line; `start` is 1-based, both in characters."""

    name: str
    start: int = Field(ge=1)
    width: int = Field(ge=1)


class Format(StrictModel):
    """How the bytes of a file are to be read."""

    type: Literal["csv", "fixed", "json", "jsonl", "xlsx"] = "csv"
    encodings: Names = ("utf-8",)
    final_newline: Literal["required", "optional"] = "required"
    skip_lines: int = Field(default=0, ge=0)
    may_be_empty: bool = False
    # csv
    delimiter: str = ","
    quote: str | None = '"'
    header: bool = True
    names: tuple[str, ...] = ()
    trailer: Trailer | None = None
    # fixed
    fields: tuple[FixedField, ...] = ()
    # json
    records: str | None = None
    unwrap_lists: bool = False
    # xlsx
    sheet: str | None = None

    @field_validator("encodings")
    @classmethod
    def _known_encodings(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("needs at least one encoding, e.g. [utf-8, latin-1]")
        for name in names:
            try:
                codecs.lookup(name)
            except LookupError as error:
                known = "utf-8, latin-1, cp1252, utf-16"
                raise ValueError(f"'{name}' is not an encoding; known are {known}") from error
        return names

    @field_validator("delimiter", "quote")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n"):
            raise ValueError(f"'{value}' must be one ASCII character")
        return value

    @model_validator(mode="after")
    def _fits_type(self) -> Format:
        if self.type == "fixed" and not self.fields:
            raise ValueError("type fixed needs fields: [{name, start, width}, ...]")
        if self.type == "csv" and not self.header and not self.names:
            raise ValueError("a csv without a header needs names: [first column, second, ...]")
        if self.type == "csv" and self.header and self.names:
            raise ValueError("names are for a csv that says header: false; remove them")
        if self.trailer and self.type not in ("csv", "fixed"):
            raise ValueError("a trailer is for csv and fixed")
        if self.type == "csv" and self.quote == self.delimiter:
            raise ValueError("quote and delimiter must differ")
        return self


class Stores(StrictModel):
    """Which store a row belongs to, and which rooftop that is. Exactly one source."""

    column: Names | None = None
    constant: Text | None = None
    from_name: NamePattern | None = None
    pad: int | None = Field(default=None, ge=1, le=30)
    rooftops: dict[str, Code] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_source(self) -> Stores:
        if sum(x is not None for x in (self.column, self.constant, self.from_name)) != 1:
            raise ValueError("needs exactly one of column, constant, from_name")
        return self


class Rule(StrictModel):
    """A value that a source column decides: when it is filled, empty or one of some values.

    Without a column it always holds, so it only makes sense as the last of a list.
    """

    column: str | None = None
    when: Literal["filled", "empty"] | None = None
    is_: Texts | None = Field(default=None, alias="is")
    value: Text

    @model_validator(mode="after")
    def _one_test(self) -> Rule:
        tests = sum(test is not None for test in (self.when, self.is_))
        if self.column is None and tests:
            raise ValueError("a rule with when or is needs the column that it looks at")
        if self.column is not None and tests != 1:
            raise ValueError("needs exactly one of when: filled|empty and is: [values]")
        return self


def _only_last_is_unconditional(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if any(rule.column is None for rule in rules[:-1]):
        raise ValueError("a rule without a column always holds: it must be the last")
    return rules


Rules = Annotated[tuple[Rule, ...], AfterValidator(_only_last_is_unconditional)]


class ColumnMapping(StrictModel):
    """Where one canonical column comes from and how its text becomes its type."""

    from_: Names | None = Field(default=None, alias="from")
    constant: Text | None = None
    from_name: NamePattern | None = None
    type: ConversionType | None = None
    format: Names = ()
    time_zone: TimeZone | Literal["rooftop"] | None = None
    codes: dict[str, Text | None] = {}
    otherwise: Text | None = None
    null_tokens: Texts = ()
    pad: int | None = Field(default=None, ge=1, le=30)
    upper: bool = False
    round: bool = False
    override_from: Rules = ()
    default_from: Rules = ()
    optional: bool = False

    @model_validator(mode="after")
    def _has_source(self) -> ColumnMapping:
        sources = [x for x in (self.from_, self.constant, self.from_name) if x is not None]
        if len(sources) > 1:
            raise ValueError("needs one of from, constant, from_name, not several")
        if not sources and not self.default_from:
            raise ValueError("has no source: give from, constant, from_name or default_from")
        if self.type == "code" and not self.codes:
            raise ValueError("type code needs codes: {what the file says: what it means}")
        if self.codes and self.type not in (None, "code", "bool"):
            raise ValueError(f"codes go with type code or bool, not {self.type}")
        if self.otherwise is not None and not self.codes:
            raise ValueError("otherwise is what an unlisted code means, so it needs codes")
        return self

    @property
    def rule_columns(self) -> tuple[str, ...]:
        """The source columns that its rules look at."""
        return tuple(r.column for r in (*self.override_from, *self.default_from) if r.column)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source column that this canonical column reads."""
        return (*(self.from_ or ()), *self.rule_columns)


class Mapping(StrictModel):
    """One vendor's files of one kind."""

    vendor: Code
    kind: str
    files: Names = Field(min_length=1)
    moment: Moment | None = None
    expected_every_days: int | None = Field(default=None, ge=1)
    format: Format = Format()
    null_tokens: Texts = ("",)
    only_rows: dict[str, Texts] = {}
    stores: Stores | None = None
    columns: dict[str, ColumnMapping] = Field(min_length=1)
    personal: tuple[str, ...] = ()

    def is_personal(self, source: str) -> bool:
        """Whether a source column is declared to hold customer data (`*` in the list matches)."""
        key = column_key(source)
        return any(fnmatch(key, column_key(pattern)) for pattern in self.personal)

    def matches(self, source_file: str) -> bool:
        """Whether a path relative to the inbox belongs to this mapping, letter case aside."""
        return any(glob_pattern(glob).fullmatch(source_file.casefold()) for glob in self.files)


@cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern: `*` and `?` stay inside one folder, `**/` is any depth of folders."""
    out, rest = "", glob.casefold()
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:[^/]+/)*", rest[3:]
        elif rest.startswith("**"):
            out, rest = out + ".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            body = rest[1:end].replace("\\", "\\\\")
            body = "^" + body[1:] if body.startswith("!") else body
            out, rest = f"{out}[{body}]", rest[end + 1 :]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(out)
