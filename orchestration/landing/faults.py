"""What can be wrong with a file, and with a line of it.

Here: the two faults that landing reports. Neither ever carries a raw line: lines hold customers.
Not here: errors of configuration (programs.errors) and faults of the program, which are raised.
"""

from __future__ import annotations

from dataclasses import dataclass


class FileFault(Exception):
    """A file that can't be landed at all: it is set aside whole, with this one-line reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class LineFault:
    """A record that can't be read, by its physical line (text) or record number (1-based)."""

    line: int
    reason: str
