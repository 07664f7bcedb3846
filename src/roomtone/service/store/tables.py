"""The tables, as SQLAlchemy Core objects; ``migrations/`` creates them, a test compares the two.

Instants are aware UTC datetimes on the way in and out. JSON columns hold what ``json.dumps`` takes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python; in SQLite the UTC text, whose order is the order in time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant in UTC; raises ``ValueError`` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _at(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, UtcDateTime(), nullable=nullable)


data_folder = Table(
    "data_folder",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1: there is one row"),
    Column("node", String(200), nullable=False, comment="what the folder's file of this name says"),
    Column("place", Text, nullable=False, comment="host and path where it was last served"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    _at("created_at", nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False, unique=True, comment="sha-256 of the key text, hex"),
    Column("hint", String(16), nullable=False, comment="the key's first characters, to know it by"),
    _at("created_at", nullable=False),
    _at("revoked_at"),
)

bots = Table(
    "bots",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("request", JSON, nullable=False, comment="the BotRequest, defaults filled in"),
    Column("payload", JSON, nullable=False, comment="the body as it was sent"),
    Column("platform", String(32), nullable=False, comment="the label shown by the API"),
    Column("status", String(32), nullable=False),
    Column("step", String(32), nullable=False, comment="the last lifecycle step"),
    Column("end_reason", String(64)),
    Column("end_message", Text),
    Column("end_detail", Text, comment="what exactly went wrong, for the operator"),
    Column("transcript_id", String(36)),
    Column("transcript_status", String(16)),
    Column("audio_status", String(16)),
    Column("video_status", String(16)),
    Column("recorded_s", Float),
    Column("statistics", JSON),
    Column("node", String(200)),
    Column("epoch", Integer, nullable=False, server_default="0"),
    _at("lease_until"),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    _at("join_at"),
    _at("joining_at"),
    _at("in_meeting_at"),
    _at("recording_at"),
    _at("ended_at"),
    _at("done_at"),
    _at("expires_at"),
    _at("remove_requested_at"),
    _at("deletion_requested_at"),
    Column("deleted_objects", Integer, nullable=False, server_default="0"),
    Column("idempotency_key", String(255), comment="the Idempotency-Key header it was made with"),
    Column("deduplication_key", String(2000)),
    Column("late_s", Float, comment="how much later than asked for it started"),
    Column("late_reason", String(32)),
    Column("recording_paused", Boolean, nullable=False, server_default=false()),
    Index("ix_bots_workspace_idempotency_key", "workspace_id", "idempotency_key", unique=True),
    Index("ix_bots_workspace_deduplication_key", "workspace_id", "deduplication_key", unique=True),
    Index("ix_bots_workspace_created", "workspace_id", "created_at", "id"),
    Index("ix_bots_ended_at_workspace", "ended_at", "workspace_id"),
    Index("ix_bots_workspace_step_join_at", "workspace_id", "step", "join_at"),
    Index("ix_bots_lease_until", "lease_until"),
    Index("ix_bots_expires_at", "expires_at"),
)

bot_commands = Table(
    "bot_commands",
    metadata,
    Column("id", String(36), primary_key=True, comment="the command_id of its line"),
    Column("bot_id", String(36), ForeignKey("bots.id"), nullable=False),
    Column("kind", String(32), nullable=False, comment="pause_recording, send_message..."),
    Column("line", JSON, nullable=False, comment="the command as session_protocol writes it; {} once over"),
    Column("state", String(16), nullable=False, comment="waiting, sent, done, failed"),
    Column("problem", String(32), comment="why it failed, in one word"),
    Column("answer", Text, comment="why it failed"),
    _at("created_at", nullable=False),
    _at("answered_at"),
    Index("ix_bot_commands_bot_state", "bot_id", "state", "created_at"),
)

bot_events = Table(
    "bot_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bot_id", String(36), ForeignKey("bots.id"), nullable=False),
    Column("sequence", Integer, nullable=False, comment="1, 2, 3... for each bot"),
    Column("step", String(32), nullable=False),
    Column("event", String(64), nullable=False),
    Column("bot_event", String(64), nullable=False),
    Column("bot_status", String(32), nullable=False),
    Column("status_code", Integer),
    Column("message", Text, nullable=False),
    Column("body", JSON, nullable=False, comment="the envelope exactly as it is sent"),
    _at("created_at", nullable=False),
    UniqueConstraint("bot_id", "sequence"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", Integer, ForeignKey("bot_events.id"), comment="null: the row has its own body"),
    Column("bot_id", String(36), ForeignKey("bots.id"), nullable=False),
    Column("sequence", Integer, nullable=False, comment="the event's; 0 of what is no event of the bot"),
    Column("event", String(64), comment="the name of what is no event of the bot"),
    Column("body", JSON(none_as_null=True), comment="what is sent, of what is no event of the bot"),
    Column("workspace_id", String(36), nullable=False, server_default=""),
    Column("lane", String(64), nullable=False, server_default="callback", comment="in order within a bot's"),
    Column("endpoint_id", String(64), comment="of a workspace endpoint; null: the bot's own receiver"),
    Column(
        "receiver", Text, nullable=False, server_default="", comment="who is slow alone: workspace, origin"
    ),
    Column("url", Text, nullable=False),
    Column("webhook_id", String(64), nullable=False, unique=True, comment="the same on every attempt"),
    Column("state", String(16), nullable=False, comment="pending, delivered, given_up"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _at("created_at", nullable=False),
    _at("next_attempt_at", nullable=False),
    _at("finished_at"),
    _at("replayed_at"),
    Column("last_status", Integer),
    Column("last_error", Text),
    Index("ix_deliveries_state_next", "state", "next_attempt_at"),
    Index("ix_deliveries_bot_state", "bot_id", "state", "sequence"),
    Index("ix_deliveries_state_lane", "state", "bot_id", "lane"),
    Index("ix_deliveries_workspace", "workspace_id", "id"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", JSON, nullable=False, comment="names; [] is all of them"),
    Column("custom_attributes", JSON, nullable=False, comment="only bots that have all of these; {} is all"),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_because", Text),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    Index("ix_webhook_endpoints_workspace", "workspace_id"),
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), primary_key=True),
    Column("secret", String(200), nullable=False, comment="whsec_..."),
    Column("previous", String(200), comment="signs too, until previous_until"),
    _at("previous_until"),
    _at("updated_at", nullable=False),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bot_id", String(36), ForeignKey("bots.id"), nullable=False),
    Column("kind", String(32), nullable=False, comment="audio, video, screenshot..."),
    Column("name", String(200), nullable=False, server_default=""),
    Column("storage_key", Text, nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_s", Float),
    Column("facts", JSON, comment="what was measured of it, such as width and height"),
    _at("created_at", nullable=False),
    _at("taken_at"),
    UniqueConstraint("bot_id", "kind", "name"),
)

workspace_storages = Table(
    "workspace_storages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("bucket", String(255), nullable=False),
    Column("region", String(100), nullable=False),
    Column("endpoint_url", Text),
    Column("access_mode", String(16), nullable=False, comment="read_write, write_only"),
    Column("prefix", Text, nullable=False),
    Column("prefixes", JSON, nullable=False, comment="audio, video, transcript, metadata: instead of prefix"),
    Column("credentials", Text, comment="sealed; null: taken back"),
    Column("used_for_new", Boolean, nullable=False, comment="false: only what lies there already"),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
    Index("ix_workspace_storages_workspace", "workspace_id"),
)

stored_objects = Table(
    "stored_objects",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("bot_id", String(36), nullable=False),
    Column("storage_id", Text, nullable=False, comment="of a workspace storage, or s3://bucket/prefix"),
    Column("object_key", Text, nullable=False, comment="its name in the bucket"),
    _at("created_at", nullable=False),
    Index("ix_stored_objects_bot", "bot_id"),
)

provider_accounts = Table(
    "provider_accounts",
    metadata,
    Column("workspace_id", String(36), ForeignKey("workspaces.id"), primary_key=True),
    Column("provider", String(64), primary_key=True, comment="as the API names it, without _streaming"),
    Column("api_key", Text, nullable=False, comment="sealed"),
    Column("key_ending", String(4), nullable=False, comment="the key's last characters, to know it by"),
    Column("base_url", Text, comment="null: the provider's own"),
    Column("streaming_base_url", Text, comment="null: base_url, else the provider's own"),
    _at("created_at", nullable=False),
    _at("updated_at", nullable=False),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("bot_id", String(36), ForeignKey("bots.id"), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("options", JSON, nullable=False, comment="the provider's, defaults filled in"),
    Column("state", String(16), nullable=False, comment="as the API shows it"),
    Column("percent", Integer, nullable=False),
    Column("engine", String(100)),
    Column("model", String(200)),
    Column("language", String(35)),
    Column("error", Text, comment="why there is none, for the customer"),
    Column("callback_url", Text, comment="null: the bot's"),
    Column("with_bot", Boolean, nullable=False, comment="bot.done waits for it"),
    _at("created_at", nullable=False),
    _at("started_at"),
    _at("finished_at"),
    Index("ix_transcripts_bot", "bot_id", "created_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("key", String(200), unique=True, comment="at most one unfinished job has it"),
    Column("state", String(16), nullable=False, comment="waiting, running, failed"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("worker", String(200)),
    _at("run_at", nullable=False),
    _at("lease_until"),
    _at("created_at", nullable=False),
    Column("last_error", Text),
    Column(
        "share", String(36), nullable=False, server_default="", comment="of this workspace's; '': nobody's"
    ),
    Index("ix_jobs_state_run_at", "state", "run_at"),
    # A number is never given twice: a worker that lost its job must not reach another one.
    sqlite_autoincrement=True,
)
