"""Frozen parts with some fields replaced, where a group has thousands of them to replace.

Here: what `dataclasses.replace` does, without its checks and the constructor, in a third of the
time. Not for parts that check themselves when they are made.
"""

from __future__ import annotations

from typing import Any, TypeVar

Part = TypeVar("Part")


def replaced(part: Part, **values: Any) -> Part:
    """The part with other values of some fields; what it has worked out is not taken along."""
    own, made = vars(part), object.__new__(type(part))
    vars(made).update({name: own[name] for name in part.__dataclass_fields__} | values)
    return made
