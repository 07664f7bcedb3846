"""What is said of a bot that started late."""

from __future__ import annotations

import pytest

from roomtone.bot.lateness import Lateness, LateReason


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (LateReason.NO_FREE_SLOT, "The bot is joining the meeting 42 s late: it waited for a free slot."),
        (
            LateReason.SERVICE_NOT_RUNNING,
            "The bot is joining the meeting 42 s late: the service was not running when it was due.",
        ),
    ],
)
def test_a_late_bot_says_how_late_and_why(reason: LateReason, said: str):
    """In a sentence for people, and in fields for programs."""
    late = Lateness(41.96, reason)
    assert late.message == said
    assert late.details == {"late_s": 42.0, "late_reason": reason.value}
