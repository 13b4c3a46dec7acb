"""`python -m orchestration.cli`: the same as the installed command `stairstep`."""

from __future__ import annotations

from orchestration.cli import main

main()
