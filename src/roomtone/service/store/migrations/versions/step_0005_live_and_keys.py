"""Accounts with other people's recognition, and what is live while a meeting runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and add the columns."""
    _keep_accounts()


def _keep_accounts() -> None:
    op.create_table(
        "provider_accounts",
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("api_key", sa.Text(), nullable=False),
        sa.Column("key_ending", sa.String(4), nullable=False),
        sa.Column("base_url", sa.Text()),
        sa.Column("streaming_base_url", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_provider_accounts_workspace_id_workspaces"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "provider", name="pk_provider_accounts"),
    )
