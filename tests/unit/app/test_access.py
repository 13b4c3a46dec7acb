"""Who may see what: local mode sees all, a sign-in sees what the list says, all else nothing."""

from __future__ import annotations

from pathlib import Path

from app.access import visitor_of
from app.published import read_access
from orchestration.home import Home
from orchestration.publish import write_access
from programs.group import Access

ACCESS = {"gm@example.invalid": frozenset({"a"}), "principal@example.invalid": None}


def test_without_a_sign_in_everything_is_seen() -> None:
    visitor = visitor_of({}, ACCESS)
    assert visitor.scope is None
    assert visitor.may_see_any


def test_the_list_decides_whatever_the_case_of_the_address() -> None:
    assert visitor_of({"is_logged_in": True, "email": " GM@Example.invalid"}, ACCESS).scope == {"a"}
    principal = visitor_of({"is_logged_in": True, "email": "principal@example.invalid"}, ACCESS)
    assert principal.scope is None


def test_nobody_sees_nothing() -> None:
    for user in (
        {"is_logged_in": False},
        {"is_logged_in": False, "email": "gm@example.invalid"},
        {"is_logged_in": True, "email": "stranger@example.invalid"},
        {"is_logged_in": True, "email": "gm@example.invalid", "email_verified": False},
        {"is_logged_in": True},
    ):
        visitor = visitor_of(user, ACCESS)
        assert visitor.scope == frozenset()
        assert not visitor.may_see_any


def test_a_missing_list_lets_nobody_in() -> None:
    visitor = visitor_of({"is_logged_in": True, "email": "gm@example.invalid"}, None)
    assert not visitor.may_see_any
    assert "no access list" in (visitor.refusal or "")


def test_an_empty_entry_sees_nothing() -> None:
    visitor = visitor_of(
        {"is_logged_in": True, "email": "gm@example.invalid"}, {"gm@example.invalid": frozenset()}
    )
    assert not visitor.may_see_any


def test_the_groups_list_is_what_the_app_reads(tmp_path: Path) -> None:
    """Who may see what is written by a run and read by the app, and they mean the same."""
    write_access(
        Home(tmp_path),
        [
            Access(user="GM@example.invalid", rooftops=("a", "b")),
            Access(user="principal@example.invalid", rooftops="all"),
        ],
    )
    access = read_access(tmp_path)
    gm = visitor_of({"is_logged_in": True, "email": "gm@example.invalid"}, access)
    assert gm.scope == {"a", "b"}
    principal = visitor_of({"is_logged_in": True, "email": "principal@example.invalid"}, access)
    assert principal.scope is None
    assert principal.may_see_any
