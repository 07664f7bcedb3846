"""Whom a message goes to, and why one does not go, by the client's words."""

from __future__ import annotations

import pytest

from roomtone.session.platforms.zoom.camera import Camera, camera_of
from roomtone.session.platforms.zoom.sending import EVERYONE, refusal_in


@pytest.mark.parametrize(
    "name", ["Everyone", "everyone ", "Everyone in Meeting", "Meeting Group Chat", "Members & Guests"]
)
def test_these_are_everybody(name: str) -> None:
    """By whatever name the client has for them."""
    assert EVERYONE.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["Everyone in Waiting Room", "Alice Host", "Everyone Smith", "Hosts and Panelists", ""]
)
def test_these_are_not(name: str) -> None:
    """Not all of the meeting would read it."""
    assert not EVERYONE.fullmatch(name)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("The host has disabled attendee chat.", "host has closed"),
        ("Chat has been disabled by your admin for compliance purposes", "administrator"),
        (
            "Chat is disabled because your admin has restricted communication between certain users.",
            "keeps the bot",
        ),
        ("You cannot chat with Ada Lovelace during this meeting", "not open to everybody"),
        (
            "Your message triggers one or more Chat Etiquette policies defined by your account admin",
            "chat policy",
        ),
        ("Message could not send", "could not send"),
        ("Chat disabled", "closed"),
        ("something new", "closed"),
    ],
)
def test_a_refusal_is_told_in_words_of_ours(words: str, reason: str) -> None:
    """The client's may hold names."""
    told = refusal_in(words)
    assert reason in told
    assert "Ada" not in told


def test_the_cameras_button_names_what_a_press_would_do() -> None:
    """Another button of a similar label is none."""
    assert camera_of("start my video") is Camera.OFF
    assert camera_of(" Stop Video") is Camera.ON
    assert camera_of("Video") is Camera.UNKNOWN
