"""A part of a rulebook by its identity, as the key of what was worked out of it.

Comparing all that a rulebook says would take longer than working it out again; a published rulebook
is read once and never changed.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Part = TypeVar("Part")


class Same(Generic[Part]):
    """Equal where it is the same object; it keeps the object, so that no other takes its place."""

    __slots__ = ("part",)

    def __init__(self, part: Part) -> None:
        self.part = part

    def __hash__(self) -> int:
        return id(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.part is self.part
