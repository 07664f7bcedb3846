"""When a session has to be killed. Pure: instants are seconds of one monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EXIT_GRACE_S = 10.0
"""From a session's last line to its exit."""


class KillReason(StrEnum):
    """Why a session is killed; a log word, and the detail of the bot's end."""

    SILENT = "silent"
    DID_NOT_LEAVE = "did_not_leave"
    DID_NOT_EXIT = "did_not_exit"


@dataclass(slots=True)
class SessionWatch:
    """What is known of a running session's signs of life.

    Attributes:
        heartbeat_s: Longest silence; a session says something every second.
        leave_grace_s: Longest time from the leave command to the end.
        heard_at_s: The last line.
        leave_sent_at_s: The leave command; None before.
        ended_at_s: The ``ended`` line; None before.
    """

    heartbeat_s: float
    leave_grace_s: float
    heard_at_s: float
    leave_sent_at_s: float | None = None
    ended_at_s: float | None = None

    def kill_reason(self, now_s: float) -> KillReason | None:
        """Why the session has to be killed now; None: it may go on."""
        if self.ended_at_s is not None:
            return KillReason.DID_NOT_EXIT if now_s - self.ended_at_s > EXIT_GRACE_S else None
        if self.leave_sent_at_s is not None and now_s - self.leave_sent_at_s > self.leave_grace_s:
            return KillReason.DID_NOT_LEAVE
        return KillReason.SILENT if now_s - self.heard_at_s > self.heartbeat_s else None
