"""A rulebook's versions as rows of the compiled tables: elements, tiers, gates, rules across.

Here: one function per table, from the parts of a rule to the columns of compiled_schemas.py.
Not here: what needs the group (compiled.py); units and their memberships (memberships.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from programs.calendars import Calendar
from programs.gates import Leaf, conjuncts, effect_of
from programs.ladder_rules import LadderRules, cap_base, edge_unit, ladder_rules
from programs.rule_across import AllPeriods, CatchUp, FamilyCap, LastPeriod, Strikes
from programs.rule_gates import Gate
from programs.rule_models import Element
from programs.rulebook import Rulebook, Version, periods_of, windows_of_version
from programs.spans import is_named
from programs.stacking import StatedStacking

TARGET_KINDS = {
    "objective": "objective",
    "units": "units",
    "last_year": "growth",
    "score": "score",
}
BASE_KINDS = {"objective": "objective", "last_year": "growth"}
# A figure lands as the scores do, under its own metric.
_SOURCES = {"csi_score": "csi_score", "figure": "csi_score", "survey_average": "survey_average"}
Row = dict[str, Any]


def version_key(version: Version) -> Row:
    """The columns that name a version."""
    return {"program_code": version.rules.program, "program_version": version.number}


def _elements(version: Version) -> Iterator[Row]:
    for order, element in enumerate(version.rules.elements, 1):
        ladder = ladder_rules(element)
        yield version_key(version) | _element_row(element, ladder) | {"element_order": order}


def _element_row(element: Element, ladder: LadderRules) -> Row:
    has_base_cap = ladder.cap_base_share is not None
    return {
        "element_code": element.element,
        "element_name": element.name,
        "target_kind": TARGET_KINDS.get(element.against.target, "none"),
        "edge_unit": edge_unit(element),
        "edge_rounding": ladder.edge_rounding,
        "tier_shape": ladder.shape,
        "tier_choice": ladder.choice,
        "cap_units": ladder.cap_units,
        "cap_base_share": ladder.cap_base_share,
        "cap_base_rounding": ladder.cap_base_rounding,
        "cap_base_minimum_units": ladder.cap_base_minimum_units if has_base_cap else None,
        "cap_amount": element.caps.amount,
        "counts_equal_pays": element.counts_equal_pays,
        "is_volume": element.is_volume,
        "pays_nothing": element.pays == "nothing",
        "is_paid_by_line": ladder.is_paid_by_line,
        "cap_base_kind": BASE_KINDS.get(cap_base(element)),
    } | _target_row(element)


def _target_row(element: Element) -> Row:
    """What says a tier other than units: a waived objective, or a score."""
    against = element.against
    rounded = against.rounded if not isinstance(against.rounded, str) else None
    is_score = against.target == "score"
    return {
        "waived_tier_number": (against.waived.tier or 1) if against.waived else None,
        "score_metric_code": against.metric,
        "score_metric_source": _SOURCES[against.source] if is_score else None,
        "score_minimum_sample": against.minimum_sample,
        "score_places": rounded.places if rounded else None,
        "score_rounding": rounded.rounding if rounded else None,
    }


def _tiers(version: Version) -> Iterator[Row]:
    for element in version.rules.elements:
        tiers = ladder_rules(element).tiers
        for position, tier in enumerate(tiers):
            after = tiers[position + 1] if position + 1 < len(tiers) else None
            yield version_key(version) | {
                "element_code": element.element,
                "tier_number": tier.tier_number,
                "from_edge": tier.from_edge,
                "to_edge": after.from_edge if after else None,
                # Null where groups are paid differently: element_tier_pays has what each is paid.
                "amount_per_unit": None if element.pay_groups else tier.amount_per_unit,
                "amount_flat": tier.amount_flat,
                "msrp_share": None if element.pay_groups else tier.msrp_share,
            }


def _tier_pays(version: Version) -> Iterator[Row]:
    for element in version.rules.elements:
        for tier in ladder_rules(element).tiers:
            for pay in tier.pays:
                yield version_key(version) | {
                    "element_code": element.element,
                    "tier_number": tier.tier_number,
                    "pay_group_code": pay.pay_group_code,
                    "amount_per_unit": pay.amount_per_unit,
                    "msrp_share": pay.msrp_share,
                    "amount_at_most_per_unit": pay.at_most_per_unit,
                }


def _pay_groups(version: Version) -> Iterator[Row]:
    for element in version.rules.elements:
        for order, group in enumerate(element.pay_groups, 1):
            yield version_key(version) | {
                "element_code": element.element,
                "pay_group_code": group.group,
                "pay_group_name": group.name or group.group,
                "pay_group_order": order,
            }


def _gates(version: Version) -> Iterator[Row]:
    for gate in version.rules.gates:
        yield from _gate(version, None, gate)
    for element in version.rules.elements:
        for gate in element.gates:
            yield from _gate(version, element.element, gate)


def _gate(version: Version, element_code: str | None, gate: Gate) -> Iterator[Row]:
    effect, share = effect_of(gate)
    for conjunct_number, conjunct in enumerate(conjuncts(gate.require), 1):
        for leaf_number, leaf in enumerate(conjunct, 1):
            yield (
                version_key(version)
                | _leaf_row(leaf)
                | {
                    "element_code": element_code,
                    "gate_code": gate.gate,
                    "gate_name": gate.name,
                    "conjunct_number": conjunct_number,
                    "leaf_number": leaf_number,
                    "effect": effect,
                    "reduce_to_share": share,
                }
            )


def _leaf_row(leaf: Leaf) -> Row:
    threshold: Decimal | None = leaf.threshold_value
    return {
        "metric_code": leaf.metric_code,
        "metric_source": leaf.metric_source,
        "comparison": leaf.comparison,
        "threshold_kind": leaf.threshold_kind,
        "threshold_value": threshold,
        "minimum_sample": leaf.minimum_sample,
        "item_type": leaf.item_type,
        "due": leaf.due,
        "item_code": leaf.item_code,
        "within_days": leaf.within_days,
    }


def _deductions(version: Version) -> Iterator[Row]:
    for element in version.rules.elements:
        for deduction in element.deductions:
            yield version_key(version) | {
                "element_code": element.element,
                "deduction_code": deduction.deduction,
                "kind": deduction.kind,
            }


def waiver_rows(version: Version, calendars: dict[str, Calendar]) -> Iterator[Row]:
    """The periods in which an element's objective (gate_code null) or a gate is waived; a gate of
    the whole program has no element_code."""
    rules = version.rules
    stated: list[tuple[str | None, str | None, Iterable[str]]] = [
        (element.element, None, element.against.waived.periods)
        for element in rules.elements
        if element.against.waived
    ]
    stated += [(None, gate.gate, gate.waived_in) for gate in rules.gates]
    stated += [
        (element.element, gate.gate, gate.waived_in)
        for element in rules.elements
        for gate in element.gates
    ]
    for period in periods_of(rules, calendars):
        for element_code, gate_code, spans in stated:
            if is_named(period.code, spans):
                yield version_key(version) | {
                    "element_code": element_code,
                    "gate_code": gate_code,
                    "period_code": period.code,
                }


def windows_rows(book: Rulebook, calendars: dict[str, Calendar]) -> Iterator[Row]:
    """Each window that a version's rules look at, with all its periods."""
    for version in book.versions:
        for within, windows in windows_of_version(book, version, calendars).items():
            for window in windows:
                for number, code in enumerate(window.period_codes, 1):
                    yield version_key(version) | {
                        "window_grain": within,
                        "window_code": window.code,
                        "period_code": code,
                        "period_number": number,
                        "period_count": len(window.period_codes),
                    }


def _across_rules(version: Version) -> Iterator[Row]:
    for order, rule in enumerate(version.rules.across, 1):
        pays = rule.pays if isinstance(rule, AllPeriods) else None
        yield version_key(version) | {
            "rule_code": rule.rule,
            "rule_order": order,
            "rule_kind": rule.kind,
            "element_code": rule.element,
            "window_grain": rule.within,
            "tier_number": rule.tier,
            "reaches_tier_number": rule.reaches if isinstance(rule, LastPeriod) else None,
            "judged": rule.judged if isinstance(rule, CatchUp) else None,
            "caught_up_counts": bool(rule.caught_up_counts) if pays else None,
            "amount_per_unit": pays.per_unit if pays else None,
            "amount_flat": pays.flat if pays else None,
            "msrp_share": _share(pays.msrp_percent) if pays else None,
        }


def _share(percent: Decimal | None) -> Decimal | None:
    return percent / 100 if percent is not None else None


def _program_deductions(version: Version) -> Iterator[Row]:
    for order, deduction in enumerate(version.rules.deductions, 1):
        strikes = isinstance(deduction, Strikes)
        yield version_key(version) | {
            "deduction_code": deduction.deduction,
            "deduction_order": order,
            "kind": deduction.kind,
            "rolling_months": deduction.rolling_months if strikes else None,
            "amount_per_unit": None if strikes else deduction.per_unit,
            "look_back_days": None if strikes else deduction.look_back_days,
        }


def _strike_steps(version: Version) -> Iterator[Row]:
    for deduction in version.rules.deductions:
        for step in deduction.steps if isinstance(deduction, Strikes) else ():
            yield version_key(version) | {
                "deduction_code": deduction.deduction,
                "from_strike": step.strike,
                "taken_share": step.takes_percent / 100,
                "suspends_periods": step.suspends_periods,
            }


def _stackings(version: Version) -> Iterator[Row]:
    for rule in version.rules.stacking:
        cap = rule if isinstance(rule, FamilyCap) else None
        yield version_key(version) | {
            "stacking_code": rule.stacking,
            "kind": rule.kind,
            "keeps": None if cap else rule.keeps,
            "cap_amount": cap.amount if cap else None,
            "cap_msrp_share": _share(cap.msrp_percent) if cap else None,
            "cap_base_program_code": cap.of if cap else None,
        }


def _stacking_members(version: Version) -> Iterator[Row]:
    for rule in version.rules.stacking:
        members = StatedStacking(version.rules.program, rule).members
        for order, code in enumerate(members, 1):
            yield version_key(version) | {
                "stacking_code": rule.stacking,
                "member_program_code": code,
                "member_order": order,
            }


ROWS_OF_VERSION: Mapping[str, Callable[[Version], Iterator[Row]]] = {
    "elements": _elements,
    "element_tiers": _tiers,
    "gates": _gates,
    "deductions": _deductions,
    "pay_groups": _pay_groups,
    "element_tier_pays": _tier_pays,
    "across_rules": _across_rules,
    "program_deductions": _program_deductions,
    "strike_steps": _strike_steps,
    "stackings": _stackings,
    "stacking_members": _stacking_members,
}
