"""What Alembic runs around the migrations. `notebook.store` gives it the open connection.

Every module with tables is imported here, so that the test can hold tables and migrations equal.
"""

from __future__ import annotations

from alembic import context

from notebook import decisions, scenarios  # noqa: F401 - their tables join the metadata
from notebook.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can't alter a constraint in place: such a table is copied.
    render_as_batch=True,
)
context.run_migrations()
