"""The root that Dagster loads: definitions of the home named by STAIRSTEP_HOME.

Thin on purpose: everything is put together in `orchestration.build`, which takes the home as an
argument.
"""

import os

from orchestration.build import build_definitions
from orchestration.home import HomeError


def home_from_environment() -> str:
    """The home that STAIRSTEP_HOME names. Raises HomeError when it names none."""
    home = os.environ.get("STAIRSTEP_HOME")
    if not home:
        raise HomeError("STAIRSTEP_HOME is not set; set it to a group's home folder")
    return home


defs = build_definitions(home=home_from_environment())
