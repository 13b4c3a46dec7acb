"""docs/mappings.md: its example lands as it says, every key and type is explained, kinds agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration.landing import land_kind
from orchestration.landing.conversions import CONVERSIONS
from orchestration.landing.kinds import KINDS
from orchestration.landing.mapping import (
    ColumnMapping,
    FixedField,
    Format,
    Mapping,
    Moment,
    Rule,
    Stores,
    Trailer,
)
from tests.unit.landing.tiny_home import GROUP, NOW, TinyHome

DOCS = Path(__file__).parents[3] / "docs" / "mappings.md"
TEXT = DOCS.read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found.group(1)


def test_the_worked_example_lands_as_it_says(home: TinyHome) -> None:
    (home.path / "stairstep.yaml").write_text(GROUP.replace("id: east", "id: lakeside-nissan"))
    (home.path / "mappings" / "deals.yaml").unlink()
    home.mapping("acme.deals", block("yaml"))
    home.put("acme/sales_20250801T0500.csv", block("csv"))
    land_kind(home.path, "dms/deals", NOW, settle_seconds=0)
    [row] = home.rows()
    assert (row["rooftop_id"], row["deal_status"], row["stock_type"], row["model"]) == (
        "lakeside-nissan",
        "delivered",
        "new",
        "Rogue",
    )
    assert (row["stock_number"], str(row["msrp_amount"])) == ("000417", "31450.00")
    assert row["_known_at"].isoformat() == "2025-08-01T10:00:00+00:00"
    assert not re.search("Zoe|555-0142", home.everything_written())


@pytest.mark.parametrize(
    "model", [Mapping, Format, Moment, Trailer, FixedField, Stores, Rule, ColumnMapping]
)
def test_every_key_is_explained(model: type[Mapping]) -> None:
    for name, field in model.model_fields.items():
        key = field.alias or name
        assert re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", TEXT), f"{model.__name__}.{key}"


@pytest.mark.parametrize("conversion", CONVERSIONS)
def test_every_type_is_explained(conversion: str) -> None:
    assert f"| `{conversion}` |" in TEXT


def kinds_table() -> str:
    lines = ["| kind | columns |", "|---|---|"]
    for kind in KINDS.values():
        columns = [
            f"`{column.name}`{'*' if column.is_required else ''} {column.type}"
            + (f" ({', '.join(column.allowed)})" if column.allowed else "")
            for column in kind.mapped_columns
        ]
        lines.append(f"| `{kind.name}` | {', '.join(columns)} |")
    return "\n".join(lines)


def test_the_kinds_are_the_kinds() -> None:
    found = re.search(r"<!-- kinds:[^\n]*-->\n(.*?)\n<!-- /kinds -->", TEXT, re.DOTALL)
    assert found and found.group(1) == kinds_table()
