"""From raw texts to a canonical kind: the queries that a mapping stands for.

Here: one query that gives the rows which fit and one that says, for each other row, which column
is wrong and why. Both run over `raw` (one VARCHAR a slot, plus `fault`), vectorised in DuckDB.
Not here: each type's expressions (conversions.py), filling `raw` (readers), writing (batch.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.landing.conversions import (
    CONVERSIONS,
    NEVER,
    Context,
    literal,
    literals,
    padded,
    typed_literal,
)
from orchestration.landing.kinds import SQL_TYPES, Column
from orchestration.landing.mapping import ColumnMapping, Rule
from orchestration.landing.mapping_files import LoadedMapping, conversion
from orchestration.landing.sources import Slot, slots_of
from orchestration.landing.vin import is_vin_valid_sql

_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
# The longest value that quarantine quotes; a longer one is no value of any column but free text.
LONGEST_QUOTED = 40
_RANGE = "rowid >= ? AND rowid < ?"


@dataclass(frozen=True)
class Queries:
    """`checked` is over the rows of `raw` from the first parameter up to, not including, the
    second: raw_row, is_wanted (only_rows), is_good, and the kind's columns. `faults` is over the
    rows in the table `bad` (raw_row): raw_row, column_name, reason, offending_value. In order.

    Nothing is filtered after it is computed: DuckDB pushes such a filter through the steps and
    then computes them again for it, at three times the cost.
    """

    checked: str
    faults: str


def create_raw(slots: Sequence[Slot]) -> str:
    """The statement that makes the table of raw texts; its rowid is the order of records."""
    columns = ", ".join(f"{slot.sql_name} VARCHAR" for slot in slots)
    return f"CREATE OR REPLACE TEMP TABLE raw ({columns}, fault VARCHAR)"


def queries(loaded: LoadedMapping, only_spaces: bool = False) -> Queries:
    """The queries of a mapping. Pure: equal mappings give equal text.

    `only_spaces`: no value has tabs, line ends or no-break spaces around it, which spares a third
    of the time.
    """
    return _Build(loaded, only_spaces).queries()


class _Build:
    def __init__(self, loaded: LoadedMapping, only_spaces: bool) -> None:
        self.blanks = "" if only_spaces else f", {_BLANKS}"
        self.loaded, self.mapping, self.kind = loaded, loaded.mapping, loaded.kind
        self.sql_names = {
            (slot.is_from_name, slot.names): slot.sql_name for slot in slots_of(loaded.mapping)
        }
        self.columns = [
            (column, self.mapping.columns[column.name])
            for column in self.kind.mapped_columns
            if column.name in self.mapping.columns
        ]
        self.is_excel = self.mapping.format.type == "xlsx"

    def queries(self) -> Queries:
        reasons = ["fault", *(f"e_{column.name}" for column, _ in self.columns)]
        if self.kind.has_stores:
            reasons.append("e_store_number")
        is_good = " AND ".join(f"{reason} IS NULL" for reason in reasons)
        return Queries(
            checked=f"{self._steps(_RANGE)} SELECT raw_row, is_wanted, {is_good} AS is_good, "
            f"{self._output()} FROM checked ORDER BY raw_row",
            faults=self._steps("rowid IN (SELECT raw_row FROM bad)") + self._faults(),
        )

    def _steps(self, rows: str) -> str:
        return (
            f"WITH trimmed AS (SELECT rowid AS raw_row, fault, {self._trimmed()} FROM raw "
            f"WHERE {rows}), "
            f"cleaned AS (SELECT raw_row, fault, {self._only_rows()} AS is_wanted, "
            f"{self._cleaned()} FROM trimmed), "
            f"stored AS (SELECT *, {self._stored()} FROM cleaned), "
            f"found AS (SELECT *, {self._found()} FROM stored), "
            f"valued AS (SELECT *, {self._valued()} FROM found), "
            f"checked AS (SELECT *, {self._checked()} FROM valued) "
        )

    def _trimmed(self) -> str:
        """Every slot without blanks around it, NULL when nothing is left."""
        return ", ".join(
            name if from_name else f"nullif(trim({name}{self.blanks}), '') AS {name}"
            for (from_name, _), name in self.sql_names.items()
        )

    def _slot(self, names: Sequence[str], from_name: bool = False) -> str:
        return self.sql_names[(from_name, tuple(names))]

    def _clean(self, slot: str, tokens: Sequence[str]) -> str:
        """A text; NULL when it is a null token, as written or in upper, lower or title case."""
        cases = (str.strip, str.upper, str.lower, str.title)
        stated = {case(token.strip()) for token in tokens for case in cases} - {""}
        if not stated:
            return slot
        return f"CASE WHEN {slot} IN {literals(tuple(sorted(stated)))} THEN NULL ELSE {slot} END"

    def _tokens(self, spec: ColumnMapping) -> tuple[str, ...]:
        return (*self.mapping.null_tokens, *spec.null_tokens)

    def _only_rows(self) -> str:
        tests = [
            f"upper(coalesce({self._slot([name])}, '')) "
            f"IN {literals(tuple(value.strip().upper() for value in values))}"
            for name, values in self.mapping.only_rows.items()
        ]
        return f"(fault IS NOT NULL OR ({' AND '.join(tests)}))" if tests else "true"

    def _cleaned(self) -> str:
        parts = []
        stores = self.mapping.stores
        if stores is not None:
            if stores.constant is not None:
                text = literal(stores.constant)
            elif stores.from_name is not None:
                text = self._slot([stores.from_name], from_name=True)
            else:
                text = self._clean(self._slot(stores.column or ()), self.mapping.null_tokens)
            parts.append(f"{text} AS k_store_number")
        for column, spec in self.columns:
            if spec.from_:
                text = self._clean(self._slot(spec.from_), self._tokens(spec))
            elif spec.from_name:
                text = self._slot([spec.from_name], from_name=True)
            else:
                text = "CAST(NULL AS VARCHAR)"
            parts.append(f"{text} AS k_{column.name}")
            for prefix, rules in (("o", spec.override_from), ("d", spec.default_from)):
                if rules:
                    parts.append(f"{self._rules(column, rules)} AS {prefix}_{column.name}")
        return ", ".join(parts)

    def _rules(self, column: Column, rules: Sequence[Rule]) -> str:
        cases, rest = [], ""
        for rule in rules:
            value = typed_literal(column, rule.value)
            if rule.column is None:
                rest = f" ELSE {value}"
                continue
            text = self._clean(self._slot([rule.column]), self._tokens_of_source(rule.column))
            if rule.is_ is not None:
                stated = tuple(item.strip().upper() for item in rule.is_)
                test = f"upper(coalesce({text}, '')) IN {literals(stated)}"
            else:
                test = f"{text} IS {'NOT NULL' if rule.when == 'filled' else 'NULL'}"
            cases.append(f"WHEN {test} THEN {value}")
        if not cases:
            return rest.removeprefix(" ELSE ")
        return f"CASE {' '.join(cases)}{rest} END"

    def _tokens_of_source(self, source: str) -> tuple[str, ...]:
        """A rule reads a source as the column that maps it does: 00010101 is not a filled date."""
        tokens = list(self.mapping.null_tokens)
        for _, spec in self.columns:
            if spec.from_ and source in spec.from_:
                tokens.extend(spec.null_tokens)
        return tuple(tokens)

    def _stored(self) -> str:
        stores = self.mapping.stores
        if stores is None:
            return "true AS has_no_store"
        number = padded("k_store_number", stores.pad)
        cases = " ".join(
            f"WHEN {literal(known)} THEN {literal(rooftop)}"
            for known, rooftop in stores.rooftops.items()
        )
        return f"{number} AS t_store_number, CASE {number} {cases} END AS t_rooftop_id"

    def _zone(self, spec: ColumnMapping) -> str:
        if spec.time_zone != "rooftop":
            return literal(spec.time_zone or self.loaded.group_zone)
        zones = dict(self.loaded.rooftop_zones)
        if len(set(zones.values())) == 1:
            # Tells an unknown store apart without a time zone column.
            return (
                f"CASE WHEN t_rooftop_id IS NOT NULL THEN {literal(next(iter(zones.values())))} END"
            )
        cases = " ".join(f"WHEN {literal(r)} THEN {literal(z)}" for r, z in zones.items())
        return f"CASE t_rooftop_id {cases} END"

    def _conversions(self):  # type: ignore[no-untyped-def]
        for column, spec in self.columns:
            context = Context(zone=self._zone(spec), is_excel=self.is_excel)
            if not spec.from_ and not spec.from_name:
                yield column, spec, None
                continue
            convert = CONVERSIONS[conversion(column, spec)]
            name = column.name
            yield column, spec, convert(f"k_{name}", f"f_{name}", column, spec, context)

    def _found(self) -> str:
        parts = [
            f"{sql.found} AS f_{column.name}"
            for column, _, sql in self._conversions()
            if sql is not None
        ]
        return ", ".join(parts) or "true AS has_nothing_found"

    def _valued(self) -> str:
        parts = []
        for column, spec, sql in self._conversions():
            name = column.name
            if sql is None:
                value, reason = typed_literal(column, spec.constant), NEVER
            else:
                value, reason = sql.value, sql.reason
            if spec.default_from:
                value = f"CASE WHEN k_{name} IS NULL THEN d_{name} ELSE {value} END"
            if spec.override_from:
                value = f"coalesce(o_{name}, {value})"
                reason = f"CASE WHEN o_{name} IS NULL THEN {reason} END"
            parts += [f"{value} AS v_{name}", f"{reason} AS r_{name}"]
        return ", ".join(parts)

    def _checked(self) -> str:
        parts = []
        if self.kind.has_stores:
            parts.append(
                "CASE WHEN t_store_number IS NULL THEN 'is empty, and every row needs it' "
                "WHEN t_rooftop_id IS NULL "
                "THEN 'is a store number that the mapping does not list' END AS e_store_number"
            )
        for column, _ in self.columns:
            reason = f"r_{column.name}"
            if column.is_required:
                reason = (
                    f"CASE WHEN {reason} IS NOT NULL THEN {reason} WHEN v_{column.name} IS NULL "
                    "THEN 'is empty, and every row needs it' END"
                )
            parts.append(f"{reason} AS e_{column.name}")
        return ", ".join(parts)

    def _output(self) -> str:
        """The kind's columns in its order, typed; those that no mapping fills are NULL."""
        mapped = {column.name for column, _ in self.columns}
        parts = []
        for column in self.kind.columns:
            if column.name == "is_vin_valid":
                value = is_vin_valid_sql("v_vin")
            elif column.name in ("rooftop_id", "store_number") and self.kind.has_stores:
                value = f"t_{column.name}"
            elif column.name in mapped:
                value = f"v_{column.name}"
            else:
                value = "NULL"
            parts.append(f"CAST({value} AS {SQL_TYPES[column.type]}) AS {column.name}")
        return ", ".join(parts)

    def _faults(self) -> str:
        """One row a fault. Several faults in one row may mean that its values have shifted, and a
        shifted value may be a customer's: then none is quoted."""
        names = [column.name for column, _ in self.columns]
        if self.kind.has_stores:
            names.insert(0, "store_number")
        items = [
            f"{{'c': {literal(name)}, 'r': e_{name}, 'v': left(k_{name}, {LONGEST_QUOTED})}}"
            for name in names
        ]
        sources = [f"k_{column.name}" for column, spec in self.columns if spec.from_] or ["raw_row"]
        is_blank = " AND ".join(f"{text} IS NULL" for text in sources)
        return (
            ", listed AS (SELECT raw_row, "
            "CASE WHEN fault IS NOT NULL THEN [{'c': NULL, 'r': fault, 'v': NULL}] "
            f"WHEN {is_blank} THEN "
            "[{'c': NULL, 'r': 'is empty in every column that is read', 'v': NULL}] "
            f"ELSE list_filter([{', '.join(items)}], lambda x: x.r IS NOT NULL) END AS all_faults "
            "FROM checked), "
            "each AS "
            "(SELECT raw_row, len(all_faults) AS many, unnest(all_faults) AS one FROM listed) "
            "SELECT raw_row, one.c AS column_name, one.r AS reason, "
            "CASE WHEN many = 1 THEN one.v END AS offending_value "
            "FROM each ORDER BY raw_row, column_name"
        )
