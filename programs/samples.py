"""Many samples of programs at once: whole cents over NumPy arrays, exact.

Here: elements added up under their program's cap, in integers only; a property test holds each
sample equal to standing.py, to the cent. Not here: one element's samples (element_cents.py), where
samples come from (forecasting); one standing with all its parts (standing.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from programs.alike import Whole
from programs.element_cents import ElementCents, ElementSamples, elements_cents
from programs.ladder_tables import ExactCents
from programs.money import cents_half_up
from programs.standing import ProgramCap


@dataclass(frozen=True)
class ProgramCents:
    """A program's samples: its elements in the order given, under its cap, and their sums; what
    its end changes of earlier periods where rules reach over several (settled_samples.py)."""

    elements: tuple[ElementCents, ...]
    earned: Whole
    held: Whole
    earned_back: Whole
    held_back: Whole


def element_cents(samples: ElementSamples) -> ElementCents:
    """One element's cents in every sample; zeros where there is no ladder."""
    return program_cents([samples]).elements[0]


@dataclass(frozen=True)
class ProgramSamples:
    """A program's elements under its cap. `paid_msrp_cents` counts each paid unit once; it is
    needed for a cap that is a share of MSRP."""

    elements: Sequence[ElementSamples]
    cap: ProgramCap = ProgramCap()
    paid_msrp_cents: Whole | None = None


def program_cents(
    elements: Sequence[ElementSamples],
    cap: ProgramCap | None = None,
    paid_msrp_cents: Whole | None = None,
) -> ProgramCents:
    """A program's cents in every sample."""
    return programs_cents([ProgramSamples(elements, cap or ProgramCap(), paid_msrp_cents)])[0]


def programs_cents(programs: Sequence[ProgramSamples]) -> list[ProgramCents]:
    """Several programs' cents, each in every sample of its own: together, as many small arrays
    take longer than one."""
    found = iter(elements_cents([one for program in programs for one in program.elements]))
    return [_added_up(program, [next(found) for _ in program.elements]) for program in programs]


def _added_up(program: ProgramSamples, found: list[ElementCents]) -> ProgramCents:
    limit = _limits(program.cap, program.paid_msrp_cents, len(found[0].earned))
    if limit is not None:
        found = _under_cap(program.elements, found, limit)
    earned, held = found[0].earned, found[0].held
    for cents in found[1:]:
        earned, held = earned + cents.earned, held + cents.held
    nothing = np.zeros_like(earned)
    return ProgramCents(tuple(found), earned, held, earned_back=nothing, held_back=nothing)


def share_of_cents(share: Fraction, cents: Whole) -> Whole:
    """A share of whole cents, rounded half up."""
    exact = ExactCents(np.asarray(cents), 1)
    return exact.rounded(share.numerator, share.denominator, None, None)


def _limits(cap: ProgramCap, paid_msrp_cents: Whole | None, size: int) -> Whole | None:
    limits = []
    if cap.amount is not None:
        limits.append(np.full(size, cents_half_up(cap.amount), dtype=np.int64))
    if cap.msrp_share is not None:
        if paid_msrp_cents is None:
            raise ValueError("a cap on MSRP needs the paid MSRP of every sample")
        msrp = np.maximum(np.asarray(paid_msrp_cents, dtype=np.int64), 0)
        limits.append(share_of_cents(Fraction(cap.msrp_share), msrp))
    return np.minimum.reduce(limits) if limits else None


def _under_cap(
    elements: Sequence[ElementSamples], found: list[ElementCents], limit: Whole
) -> list[ElementCents]:
    """The cap takes what is earned before what is held, each in order of element."""
    order = sorted(
        range(len(found)),
        key=lambda index: (elements[index].rules.element_order, elements[index].rules.element_code),
    )
    left, capped = limit, list(found)
    for name in ("earned", "held"):
        for index in order:
            kept = np.minimum(getattr(capped[index], name), left)
            left = left - kept
            capped[index] = replace(capped[index], **{name: kept})
    return capped
