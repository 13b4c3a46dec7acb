"""Who is looking, and which rooftops they may see.

Belongs here: turning a sign-in into a rooftop scope. Without a configured sign-in the app runs in
local mode and sees the whole group (it listens on this machine only). With one, the published
access list decides; someone not on it sees nothing. The scope is applied in the queries
(app/published.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Access = Mapping[str, frozenset[str] | None]


@dataclass(frozen=True)
class Visitor:
    """Someone at the screen: `scope` None sees all rooftops, an empty one sees none."""

    address: str | None
    scope: frozenset[str] | None
    needs_sign_in: bool = False
    refusal: str | None = None

    @property
    def may_see_any(self) -> bool:
        """Whether there is anything this visitor may see."""
        return not self.needs_sign_in and (self.scope is None or bool(self.scope))


NOBODY = frozenset[str]()


def visitor_of(user: Mapping[str, Any], access: Access | None) -> Visitor:
    """Return the visitor for what the sign-in says (`st.user`) and the published access list.

    Streamlit gives `is_logged_in` only where a sign-in is configured; its absence is local mode.
    """
    if "is_logged_in" not in user:
        return Visitor(address=None, scope=None)
    if not user["is_logged_in"]:
        return Visitor(address=None, scope=NOBODY, needs_sign_in=True)
    address = str(user.get("email") or "").strip().lower()
    if not address:
        return Visitor(None, NOBODY, refusal="The sign-in gave no e-mail address.")
    if user.get("email_verified") is False:
        return Visitor(address, NOBODY, refusal=f"{address} is not a verified address.")
    if access is None:
        return Visitor(address, NOBODY, refusal="The group has published no access list.")
    if address not in access:
        return Visitor(address, NOBODY, refusal=f"{address} is not on the group's access list.")
    return Visitor(address, access[address])
