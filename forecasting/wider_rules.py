"""Rules that reach beyond one program and period, as far as forecasts go by them.

Belongs here: reading which of them open programs have, and the names of those that amounts leave
out. Rules between programs are applied in every draw (`amounts`), those over several periods by
`programs.settled_samples` where a program's earlier periods are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from forecasting.marts import Version, as_rows
from programs.beyond import BEYOND
from programs.period_end import OpenProgram
from programs.rule_across import AtMostOneOf, ExclusiveWith, FamilyCap
from programs.stacking import StatedStacking

STACKED_BACK = "rules between programs on periods earned back"


@dataclass(frozen=True)
class WiderRules:
    """Stacking rules, and the kinds of rules over several periods, by program version."""

    stackings: Mapping[Version, tuple[StatedStacking, ...]]
    over_periods: Mapping[Version, tuple[str, ...]]

    def stacking(self, programs: Sequence[OpenProgram]) -> tuple[StatedStacking, ...]:
        """The rules that these programs of one rooftop and period state."""
        return tuple(
            rule
            for program in programs
            for rule in self.stackings.get((program.program_code, program.program_version), ())
        )

    def left_out(self, program: OpenProgram, is_stacked: bool) -> tuple[str, ...]:
        """What the program's amounts don't know of, in words. is_stacked: whether rules between
        programs reach it."""
        stated = self.over_periods.get((program.program_code, program.program_version), ())
        if program.across is None:
            return tuple(dict.fromkeys(BEYOND[kind] for kind in stated))
        is_earned_back = {"catch_up", "last_period"} & set(stated)
        return (STACKED_BACK,) if is_stacked and is_earned_back else ()


def read_wider_rules(connection: duckdb.DuckDBPyConnection) -> WiderRules:
    """The rules of every compiled version."""
    members: dict[tuple, list[str]] = defaultdict(list)
    for row in as_rows(connection, "select * from stacking_members order by member_order"):
        key = (row["program_code"], row["program_version"], row["stacking_code"])
        members[key].append(row["member_program_code"])
    stackings: dict[Version, list[StatedStacking]] = defaultdict(list)
    for row in as_rows(connection, "select * from stackings order by all"):
        key = (row["program_code"], row["program_version"], row["stacking_code"])
        rule = StatedStacking(row["program_code"], _rule(row, tuple(members[key])))
        stackings[key[:2]].append(rule)
    over_periods: dict[Version, list[str]] = defaultdict(list)
    sql = """
        select program_code, program_version, rule_kind as kind from across_rules
        union
        select program_code, program_version, kind from program_deductions
        order by all
    """
    for row in as_rows(connection, sql):
        over_periods[row["program_code"], row["program_version"]].append(row["kind"])
    return WiderRules(
        {version: tuple(rules) for version, rules in stackings.items()},
        {version: tuple(kinds) for version, kinds in over_periods.items()},
    )


def _rule(row: dict, programs: tuple[str, ...]) -> ExclusiveWith | AtMostOneOf | FamilyCap:
    """A compiled row as the rule it was written as."""
    stated = {"stacking": row["stacking_code"], "kind": row["kind"], "programs": programs}
    if row["kind"] == "exclusive_with":
        # Members are compiled with the stating program among them; its rule names the others.
        others = tuple(code for code in programs if code != row["program_code"])
        return ExclusiveWith(**stated | {"programs": others}, keeps=row["keeps"])
    if row["kind"] == "at_most_one_of":
        return AtMostOneOf(**stated, keeps=row["keeps"])
    share = row["cap_msrp_share"]
    return FamilyCap(
        **stated,
        amount=row["cap_amount"],
        msrp_percent=None if share is None else share * 100,
        of=row["cap_base_program_code"],
    )
