"""Webhook endpoints and a signing secret for each workspace, and deliveries that know their receiver."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, add the columns, and fill them for the deliveries there are."""
    _make_tables()
    for column in (
        sa.Column("workspace_id", sa.String(36), nullable=False, server_default=""),
        sa.Column("lane", sa.String(64), nullable=False, server_default="callback"),
        sa.Column("endpoint_id", sa.String(64)),
        sa.Column("receiver", sa.Text(), nullable=False, server_default=""),
        sa.Column("replayed_at", _INSTANT),
    ):
        op.add_column("deliveries", column)
    op.create_index("ix_deliveries_state_lane", "deliveries", ["state", "bot_id", "lane"])
    op.create_index("ix_deliveries_workspace", "deliveries", ["workspace_id", "id"])
    _fill()


def _make_tables() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("custom_attributes", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_because", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_webhook_endpoints_workspace_id_workspaces"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_workspace", "webhook_endpoints", ["workspace_id"])
    op.create_table(
        "webhook_secrets",
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("previous", sa.String(200)),
        sa.Column("previous_until", _INSTANT),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_webhook_secrets_workspace_id_workspaces"
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_webhook_secrets"),
    )


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE deliveries SET workspace_id ="
            " (SELECT workspace_id FROM bots WHERE bots.id = deliveries.bot_id)"
        )
    )
    rows = connection.execute(sa.text("SELECT DISTINCT workspace_id, url FROM deliveries")).all()
    for workspace_id, url in rows:
        parts = urlsplit(url)
        receiver = f"{workspace_id} {parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        connection.execute(
            sa.text(
                "UPDATE deliveries SET receiver = :receiver WHERE workspace_id = :workspace AND url = :url"
            ),
            {"receiver": receiver, "workspace": workspace_id, "url": url},
        )
