"""Decisions to chase a program or to let it go, with the figures of their day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notebook.base import UtcMoment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "program_decision",
        sa.Column("decision_id", sa.String(16), primary_key=True),
        sa.Column("rooftop_id", sa.String(200), nullable=False),
        sa.Column("program_code", sa.String(200), nullable=False),
        sa.Column("period_code", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcMoment(), nullable=False),
        sa.Column("decided_by", sa.String(320), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.String(128), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
    )
    op.create_index(
        "ix_program_decision_rooftop_id_program_code_period_code",
        "program_decision",
        ["rooftop_id", "program_code", "period_code"],
    )


def downgrade() -> None:
    op.drop_index("ix_program_decision_rooftop_id_program_code_period_code", "program_decision")
    op.drop_table("program_decision")
