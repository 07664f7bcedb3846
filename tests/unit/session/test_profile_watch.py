"""What is said of a profile when a bot is refused."""

from __future__ import annotations

from typing import Any

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import Start
from roomtone.session.profile_watch import SIGNED_OUT, ProfileWatch

REQUEST = BotRequest(meeting_link="https://zoom.us/j/123456789")


def watch(told: list[tuple[str, str]], *, has_profile: bool) -> ProfileWatch:
    """The watch of a session with or without a profile."""
    state: dict[str, Any] | None = {"cookies": [], "origins": []} if has_profile else None
    start = Start(bot_id="b", request=REQUEST, directory="/d", storage_state=state)
    return ProfileWatch.of(start, lambda code, message: told.append((code, message)))


def test_a_sign_in_that_is_asked_for_all_the_same_means_signed_out():
    """The detail says so and how to mend it, and one warning is told."""
    told: list[tuple[str, str]] = []
    one = watch(told, has_profile=True)
    for _ in range(2):
        detail = one.detail_of(EndReason.SIGN_IN_REQUIRED, "the page asks for it")
    assert detail.startswith("the page asks for it; the bot's browser profile is signed out")
    assert "roomtone profile login" in detail
    assert [code for code, _ in told] == [SIGNED_OUT]


@pytest.mark.parametrize("reason", [EndReason.BOT_DETECTED, EndReason.CAPTCHA_REQUIRED])
def test_a_wall_in_spite_of_a_profile(reason: EndReason):
    """Whoever reads the end knows that a profile was tried."""
    told: list[tuple[str, str]] = []
    assert "signed-in browser profile" in watch(told, has_profile=True).detail_of(reason, "")
    assert told == []


@pytest.mark.parametrize(
    ("reason", "has_profile"),
    [(EndReason.SIGN_IN_REQUIRED, False), (EndReason.MEETING_ENDED, True), (EndReason.PASSCODE_WRONG, True)],
)
def test_what_has_nothing_to_do_with_a_profile(reason: EndReason, has_profile: bool):
    """Other endings, and bots without a profile, keep their words."""
    told: list[tuple[str, str]] = []
    assert watch(told, has_profile=has_profile).detail_of(reason, "as it was") == "as it was"
    assert told == []


def test_a_profile_is_not_among_the_words_of_a_first_line():
    """Whoever prints a start command prints no cookie."""
    start = Start(bot_id="b", request=REQUEST, directory="/d", storage_state={"cookies": ["secret"]})
    assert "secret" not in repr(start)
