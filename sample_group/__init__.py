"""A dealer group that anyone can run: config in `home/`, a seeded maker of its files.

Here: what an invented group sells, and files as its vendors would write them, faults included.
Not here: reading those files (orchestration.landing), the meaning of the rulebooks (programs).
Nothing is imported at package level, so that a second `python -m sample_group` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sample_group.people import CustomerData

DEFAULT_SEED = 20250815


def customers(home: Path | str) -> CustomerData:
    """Every customer datum that stands in the inbox of `home`, as written there.

    Raises FileNotFoundError when `home` was not made by `python -m sample_group`.
    """
    from pathlib import Path

    from sample_group.people import customers_in_inbox
    from sample_group.stamp import read_stamp

    stamp = read_stamp(Path(home))
    if stamp is None:
        raise FileNotFoundError(f"{home} holds no sample group; run python -m sample_group --home")
    return customers_in_inbox(Path(home) / "inbox", stamp.seed)
