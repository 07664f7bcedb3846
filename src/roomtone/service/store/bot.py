"""One bot's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Standing, Status, Step
from roomtone.bot.stored_request import read_stored_request

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import RowMapping

    from roomtone.bot.request import BotRequest

OVER = tuple(step.value for step in Step if Standing(last=step).ended)
"""Values of ``bots.step`` with which nobody holds the bot any more."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot's row.

    Attributes:
        request: What was asked, defaults filled in.
        payload: The body as it was sent.
        platform: The platform's label in the API.
        status: The status shown.
        step: The last lifecycle step.
        node: Who holds or held it; None before its start.
        epoch: The fence of writes; 0 before the first claim.
        lease_until: None when nobody holds it.
        join_at: When it was asked to join; None: at once.
        recording_paused: Whether it was told to pause, and did; of no meaning once it has ended.
    """

    id: str
    workspace_id: str
    request: BotRequest
    payload: dict[str, Any]
    platform: str
    status: Status
    step: Step
    end_reason: EndReason | None
    end_message: str | None
    end_detail: str | None
    transcript_id: str | None
    transcript_status: str | None
    audio_status: str | None
    video_status: str | None
    recorded_s: float | None
    statistics: dict[str, Any] | None
    node: str | None
    epoch: int
    lease_until: datetime | None
    created_at: datetime
    updated_at: datetime
    join_at: datetime | None
    joining_at: datetime | None
    in_meeting_at: datetime | None
    recording_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None
    expires_at: datetime | None
    remove_requested_at: datetime | None
    deletion_requested_at: datetime | None
    deleted_objects: int
    idempotency_key: str | None
    deduplication_key: str | None
    late_s: float | None
    late_reason: str | None
    recording_paused: bool

    @property
    def ended(self) -> bool:
        """Whether the stay is over (the recording may still be in the making)."""
        return Standing(last=self.step).ended


def to_bot(row: RowMapping) -> Bot:
    """The bot in a row of its table."""
    values = dict(row)
    reason = values["end_reason"]
    return Bot(
        **values
        | {
            "request": read_stored_request(values["request"]),
            "status": Status(values["status"]),
            "step": Step(values["step"]),
            "end_reason": EndReason(reason) if reason is not None else None,
        }
    )
