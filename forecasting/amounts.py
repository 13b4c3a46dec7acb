"""What open periods pay, per program, rooftop and for the group, in every joint draw.

Belongs here: rules between programs over the draws, and their sums and distributions. What one
program pays alone goes to `chances`; which rules there are, and which of them these figures leave
out, to `wider_rules`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.chances import Band, ProgramOutlook, mean_dollars
from forecasting.wider_rules import WiderRules
from programs.money import dollars
from programs.period_end import OpenProgram
from programs.samples import ProgramCents
from programs.stacking_samples import PaidSamples, stack_samples


@dataclass(frozen=True)
class Amounts:
    """Cents in every draw: earned, held for gates that aren't known, and earned if no pending unit
    is ever reported. so_far: earned and held as it stands, in one sample. left_out: rules that the
    figures don't know of."""

    earned: np.ndarray
    held: np.ndarray
    without_pending: np.ndarray
    so_far: np.ndarray
    left_out: tuple[str, ...] = ()

    def row(self) -> dict:
        """The amounts' columns of a table."""
        band = Band.of(self.earned)
        return {
            "expected_amount": mean_dollars(self.earned),
            "low_95_amount": dollars(band.low_95),
            "low_80_amount": dollars(band.low_80),
            "median_amount": dollars(band.median),
            "high_80_amount": dollars(band.high_80),
            "high_95_amount": dollars(band.high_95),
            "chance_any_amount": float((self.earned > 0).mean()),
            "expected_held_amount": mean_dollars(self.held),
            "expected_without_pending_amount": mean_dollars(self.without_pending),
            "amount_so_far": dollars(int(self.so_far[0])),
            "left_out_note": "; ".join(self.left_out) or None,
            "amount_cents": self.earned,
        }


@dataclass(frozen=True)
class PaidProgram:
    """One program of one rooftop with what it pays after the rules between programs."""

    program: OpenProgram
    amounts: Amounts


def program_amounts(
    outlooks: Sequence[ProgramOutlook], rules: WiderRules
) -> tuple[PaidProgram, ...]:
    """What each program pays, after the stacking rules of its rooftop and period code."""
    together: dict[tuple[str, str], list[ProgramOutlook]] = defaultdict(list)
    for outlook in outlooks:
        together[outlook.program.rooftop_id, outlook.program.period_code].append(outlook)
    paid = []
    for alike in together.values():
        stated = rules.stacking([outlook.program for outlook in alike])
        full = stack_samples(_samples(alike, _full), stated)
        fewer = stack_samples(_samples(alike, _fewer), stated)
        stands = stack_samples(_samples(alike, _so_far), stated)
        for outlook in alike:
            code = outlook.program.program_code
            back, less = outlook.cents, outlook.without_pending
            amounts = Amounts(
                full[code].earned + back.earned_back,
                full[code].held + back.held_back,
                fewer[code].earned + less.earned_back,
                stands[code].whole,
                rules.left_out(outlook.program, bool(stated)),
            )
            paid.append(PaidProgram(outlook.program, amounts))
    return tuple(paid)


_Taken = Callable[[ProgramOutlook], tuple[ProgramCents, np.ndarray]]


def _full(outlook: ProgramOutlook) -> tuple[ProgramCents, np.ndarray]:
    return outlook.cents, outlook.paid_msrp_cents


def _fewer(outlook: ProgramOutlook) -> tuple[ProgramCents, np.ndarray]:
    pending = int(outlook.program.pending_paid_msrp_amount * 100)
    return outlook.without_pending, outlook.paid_msrp_cents - pending


def _so_far(outlook: ProgramOutlook) -> tuple[ProgramCents, np.ndarray]:
    program = outlook.program
    reported = program.paid_msrp_amount - program.pending_paid_msrp_amount
    return outlook.so_far, np.array([int(reported * 100)])


def _samples(outlooks: Iterable[ProgramOutlook], taken: _Taken) -> Mapping[str, PaidSamples]:
    found = {}
    for outlook in outlooks:
        cents, msrp = taken(outlook)
        found[outlook.program.program_code] = PaidSamples(cents.earned, cents.held, msrp)
    return found


def summed(parts: Sequence[Amounts]) -> Amounts:
    """Several together, draw by draw."""
    return Amounts(
        *(
            np.sum([getattr(part, name) for part in parts], axis=0, dtype=np.int64)
            for name in ("earned", "held", "without_pending", "so_far")
        ),
        tuple(dict.fromkeys(note for part in parts for note in part.left_out)),
    )


def by_rooftop(paid: Sequence[PaidProgram]) -> dict[str, list[PaidProgram]]:
    """Programs by rooftop, in order of rooftop."""
    found: dict[str, list[PaidProgram]] = defaultdict(list)
    for one in sorted(paid, key=lambda one: one.program.rooftop_id):
        found[one.program.rooftop_id].append(one)
    return dict(found)
