"""One thread for many small steps.

Belongs here: the limit under which models are fitted. With two threads each step of a small fit
waits for the other: 2.5 s a fit on a busy machine against 0.2 s. Processes are `joblib`'s matter.
"""

from __future__ import annotations

from functools import lru_cache

from threadpoolctl import ThreadpoolController


def one_thread():
    """Context in which numeric libraries use one thread."""
    return _controller().limit(limits=1)


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    """Found once, and only after sklearn has loaded its threads: looking costs as much as a fit,
    and what isn't loaded yet isn't limited."""
    import sklearn.linear_model  # noqa: F401

    return ThreadpoolController()
