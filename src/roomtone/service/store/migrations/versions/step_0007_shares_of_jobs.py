"""Whose share of the workers a job takes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what waits already is nobody's."""
    op.add_column("jobs", sa.Column("share", sa.String(36), nullable=False, server_default=""))
