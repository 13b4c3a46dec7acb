"""Saved scenarios, the rooftops they show, and their readings since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notebook.base import UtcMoment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_scenario",
        sa.Column("scenario_id", sa.String(16), primary_key=True),
        sa.Column("place_code", sa.String(200), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.String(128), nullable=False),
        sa.Column("levers", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.UniqueConstraint("place_code", "name"),
    )
    op.create_table(
        "saved_scenario_rooftop",
        sa.Column("scenario_id", sa.String(16), primary_key=True),
        sa.Column("rooftop_id", sa.String(200), primary_key=True),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["saved_scenario.scenario_id"], ondelete="cascade"
        ),
    )
    op.create_table(
        "scenario_reading",
        sa.Column("scenario_id", sa.String(16), primary_key=True),
        sa.Column("as_of_date", sa.Date(), primary_key=True),
        sa.Column("read_at", UtcMoment(), nullable=False),
        sa.Column("content_hash", sa.String(128), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["saved_scenario.scenario_id"], ondelete="cascade"
        ),
    )


def downgrade() -> None:
    op.drop_table("scenario_reading")
    op.drop_table("saved_scenario_rooftop")
    op.drop_table("saved_scenario")
