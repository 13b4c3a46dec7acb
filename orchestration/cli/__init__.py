"""The command line: `stairstep`. Each command has its module; nothing heavy is imported early.

Here the commands are put together and errors become one line and an exit code. What a command does
belongs to the module of its name.
"""

from __future__ import annotations

from orchestration.cli.app import main

__all__ = ["main"]
