"""What the whole API needs: names of requests, commands to running bots, buckets, transcripts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and add the columns."""
    _name_requests()
    _make_commands()
    _keep_facts_of_files()


def _name_requests() -> None:
    op.add_column("bots", sa.Column("idempotency_key", sa.String(255)))
    op.add_column("bots", sa.Column("deduplication_key", sa.String(2000)))
    op.create_index(
        "ix_bots_workspace_idempotency_key", "bots", ["workspace_id", "idempotency_key"], unique=True
    )
    op.create_index(
        "ix_bots_workspace_deduplication_key", "bots", ["workspace_id", "deduplication_key"], unique=True
    )


def _make_commands() -> None:
    op.create_table(
        "bot_commands",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("bot_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(32)),
        sa.Column("answer", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("answered_at", _INSTANT),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name="fk_bot_commands_bot_id_bots"),
        sa.PrimaryKeyConstraint("id", name="pk_bot_commands"),
    )
    paused = sa.Boolean()
    op.add_column("bots", sa.Column("recording_paused", paused, nullable=False, server_default=sa.false()))
    op.create_index("ix_bot_commands_bot_state", "bot_commands", ["bot_id", "state", "created_at"])


def _keep_facts_of_files() -> None:
    op.add_column("artifacts", sa.Column("facts", sa.JSON()))
