"""When the picture in an artifact was taken; of those kept before it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and tell documents from pictures."""
    op.add_column("artifacts", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    artifacts = sa.table("artifacts", sa.column("kind", sa.String), sa.column("content_type", sa.String))
    documents = artifacts.update().where(
        artifacts.c.kind == "screenshot", artifacts.c.content_type == "text/html"
    )
    op.execute(documents.values(kind="page_snapshot"))
