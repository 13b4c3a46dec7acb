"""The sample's largest rooftop with thirty programs, for `benchmarks.plan`: a whole sample home.

Here: the rulebooks given besides its own, in the shapes of the sample's own ladders, and the run.
Not here: what is planned and timed (plan.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from orchestration.execute import run_everything
from orchestration.home import Home
from orchestration.journal import PUBLISHED
from sample_group import DEFAULT_SEED
from sample_group.catalog import MODEL_LINES
from sample_group.make import make_home

# The most cars sold of late; its own program is one of the thirty.
ROOFTOP, MAKE, DEALER_CODE = "northshore-honda", "Honda", "207418"
PROGRAMS = 30
# The sample's retroactive ladders: percent of the target, dollars a unit.
LADDERS = (
    ((90, 350), (100, 600), (110, 1200)),
    ((100, 750), (120, 1000)),
    ((120, 1000),),
    ((100, 200), (110, 400)),
)


def sample_file(folder: Path) -> Path:
    """The published file of a sample home in `folder`, made and run where it isn't there yet."""
    home = Home(folder)
    if not home.pointer.exists():
        folder.mkdir(parents=True, exist_ok=True)
        make_home(folder, DEFAULT_SEED, None)
        for number in range(1, PROGRAMS):
            path = home.rulebooks / f"{_code(number)}.yaml"
            path.write_text(yaml.safe_dump(_rulebook(number), sort_keys=False))
        outcome = run_everything(home)
        if outcome.outcome != PUBLISHED:
            raise RuntimeError(f"the sample's run ended with {outcome.message}")
    from orchestration.publish import current_file

    return current_file(home)


def _code(number: int) -> str:
    return f"bonus-{number:02}"


def _rulebook(number: int) -> dict:
    """A month's bonus for some of the make's models, against last year's same month. Pay is a part
    of the sample's, as no maker pays thirty whole bonuses on one car."""
    rng = np.random.default_rng(number)
    models = [line.model for line in MODEL_LINES if line.make == MAKE]
    count = int(rng.integers(1, len(models)))
    chosen = sorted(rng.choice(models, count, replace=False).tolist())
    counts = {"model": chosen, "stock_type": "new", "sale_type": ["retail", "lease"]}
    if rng.random() < 0.2:
        counts["powertrain"] = "gas"
    ladder = LADDERS[int(rng.integers(0, len(LADDERS)))]
    target, share = float(rng.uniform(0.8, 1.4)), float(rng.uniform(0.1, 0.6))
    edges = [(round(edge * target), 5 * round(pay * share / 5)) for edge, pay in ladder]
    bands = [{"from": edge, "per_unit": pay} for edge, pay in edges]
    for band, (after, _) in zip(bands, edges[1:], strict=False):
        band["to"] = after
    source = {"bulletin": f"Bonus {number}", "date": "2023-08-25", "file": "bulletins/bonus.pdf"}
    return {
        "program": _code(number),
        "name": f"{' and '.join(chosen)} bonus",
        "oem": MAKE.lower(),
        "summary": f"Each new {' or '.join(chosen)} pays once the month beats its edge.",
        "announced": "2023-08-25",
        "effective": "2023-09-15",
        "source": source,
        "who": {"makes": [MAKE], "dealer_codes": [DEALER_CODE]},
        "when": {"calendar": MAKE.lower(), "grain": "month"},
        "basis": {"event": "rdr", "unwind_lands": "sale_period"},
        "elements": [
            {
                "element": "volume",
                "name": "Units",
                "counts": counts,
                "pays": "same",
                "against": "last_year",
                "tiers": {"edges": "percent", "shape": "retroactive", "bands": bands},
            }
        ],
        "examples": [{"example": "nothing sold", "base": 100, "sold": [], "amount": 0}],
    }
