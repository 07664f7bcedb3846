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
    _deliver_what_is_no_event()
    _know_where_files_lie()
    _keep_facts_of_files()
    _make_transcripts()
    _know_what_was_late()


def _name_requests() -> None:
    op.add_column("bots", sa.Column("idempotency_key", sa.String(255)))
    op.add_column("bots", sa.Column("deduplication_key", sa.String(2000)))
    op.create_index(
        "ix_bots_workspace_idempotency_key", "bots", ["workspace_id", "idempotency_key"], unique=True
    )
    op.create_index(
        "ix_bots_workspace_deduplication_key", "bots", ["workspace_id", "deduplication_key"], unique=True
    )
    op.create_index("ix_bots_ended_at_workspace", "bots", ["ended_at", "workspace_id"])


def _know_what_was_late() -> None:
    op.add_column("bots", sa.Column("late_s", sa.Float()))
    op.add_column("bots", sa.Column("late_reason", sa.String(32)))
    op.create_index("ix_bots_workspace_step_join_at", "bots", ["workspace_id", "step", "join_at"])


def _know_where_files_lie() -> None:
    op.add_column("bots", sa.Column("deletion_requested_at", _INSTANT))
    deleted: sa.Column[int] = sa.Column("deleted_objects", sa.Integer(), nullable=False, server_default="0")
    op.add_column("bots", deleted)
    op.create_table(
        "workspace_storages",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("bucket", sa.String(255), nullable=False),
        sa.Column("region", sa.String(100), nullable=False),
        sa.Column("endpoint_url", sa.Text()),
        sa.Column("access_mode", sa.String(16), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("prefixes", sa.JSON(), nullable=False),
        sa.Column("credentials", sa.Text()),
        sa.Column("used_for_new", sa.Boolean(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_workspace_storages_workspace_id_workspaces"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workspace_storages"),
    )
    op.create_index("ix_workspace_storages_workspace", "workspace_storages", ["workspace_id"])
    op.create_table(
        "stored_objects",
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("bot_id", sa.String(36), nullable=False),
        sa.Column("storage_id", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_stored_objects"),
    )
    op.create_index("ix_stored_objects_bot", "stored_objects", ["bot_id"])


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


def _deliver_what_is_no_event() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        deliveries.add_column(sa.Column("event", sa.String(64)))
        deliveries.add_column(sa.Column("body", sa.JSON()))


def _keep_facts_of_files() -> None:
    op.add_column("artifacts", sa.Column("facts", sa.JSON()))


def _make_transcripts() -> None:
    op.add_column("bots", sa.Column("transcript_status", sa.String(16)))
    op.create_table(
        "transcripts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("bot_id", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(100)),
        sa.Column("model", sa.String(200)),
        sa.Column("language", sa.String(35)),
        sa.Column("error", sa.Text()),
        sa.Column("callback_url", sa.Text()),
        sa.Column("with_bot", sa.Boolean(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("started_at", _INSTANT),
        sa.Column("finished_at", _INSTANT),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name="fk_transcripts_bot_id_bots"),
        sa.PrimaryKeyConstraint("id", name="pk_transcripts"),
    )
    op.create_index("ix_transcripts_bot", "transcripts", ["bot_id", "created_at"])
