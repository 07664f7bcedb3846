"""What a script says should become of the bot."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from roomtone.practice.script_parser import parse_script
from roomtone.staging.expectation import expectation, refused_for, scheduled_wait_s

ZOOM = {"client": "zoom"}
HOSTED = {"participants": [{"name": "Ada", "host": True, "joins_s": 10, "leaves_s": 20}]}
PEOPLE = {"participants": [{"name": "Ada", "leaves_s": 20}]}


@pytest.mark.parametrize(
    ("script", "request_fields", "reasons", "joins"),
    [
        ({**PEOPLE, "ends": {"at_s": 30, "how": "ended"}}, {}, {"meeting_ended"}, True),
        ({**PEOPLE, "ends": {"at_s": 30, "how": "bot_removed"}}, {}, {"removed_by_host"}, True),
        ({**PEOPLE, "ends": {"at_s": 30, "how": "connection_lost"}}, {}, {"connection_lost"}, True),
        (PEOPLE, {}, {"everyone_left"}, True),
        (
            {**PEOPLE, "admission": {"mode": "lobby", "after_s": 2, "outcome": "deny"}},
            {},
            {"entry_denied"},
            False,
        ),
        ({**PEOPLE, "admission": {"mode": "lobby", "outcome": "never"}}, {}, {"waiting_room_timeout"}, False),
        ({**PEOPLE, "admission": {"mode": "lobby", "after_s": 2}}, {}, {"everyone_left"}, True),
        ({**PEOPLE, **ZOOM, "admission": {"mode": "host"}}, {}, {"meeting_not_started"}, False),
        ({**HOSTED, **ZOOM, "admission": {"mode": "host"}}, {}, {"everyone_left"}, True),
        (
            {**HOSTED, **ZOOM, "ends": {"at_s": 30, "how": "ended", "code": 10}},
            {},
            {"meeting_ended"},
            True,
        ),
        (
            {**PEOPLE, "ends": {"at_s": 900, "how": "ended"}},
            {"automatic_leave": {"voice_inactivity_timeout": 60}},
            {"meeting_ended", "silence"},
            True,
        ),
    ],
)
def test_the_end_follows_from_the_script(script, request_fields, reasons, joins):
    """Each way of ending, and each refusal, has its reason; a timer that the request sets may end the stay too."""
    expected = expectation(parse_script(script, Path()), 0.0, request_fields)
    assert {reason.value for reason in expected.reasons} == reasons
    assert expected.joins is joins
    assert expected.deadline_s > 60


def test_a_replica_that_refuses_says_for_what():
    """Its reasons replace the script's; nonsense leaves them."""
    expected = expectation(parse_script(PEOPLE, Path()), 0.0, {})
    refused = refused_for(expected, ["meeting_locked", "no such reason"])
    assert refused.reasons == {"meeting_locked"}
    assert not refused.joins
    assert refused.deadline_s == expected.deadline_s
    assert refused_for(expected, ["no such reason"]) is expected


def test_the_deadline_covers_what_the_bot_waits_for():
    """A stay that ends by a rule may take as long as the rule says, with what the request sets."""
    script = parse_script(PEOPLE, Path())
    short = expectation(script, 5.0, {"automatic_leave": {"everyone_left_timeout": 60}})
    long = expectation(script, 5.0, {"automatic_leave": {"everyone_left_timeout": 600}})
    assert long.deadline_s - short.deadline_s == 540
    assert short.length_s == 20


def test_a_wrong_request_is_left_to_the_server():
    """Values that the server will refuse do not break the staging before it."""
    script = parse_script(PEOPLE, Path())
    assert expectation(script, 0.0, {"automatic_leave": {"everyone_left_timeout": "x"}}).deadline_s > 60
    assert expectation(script, 0.0, {"automatic_leave": None}).deadline_s > 60


@pytest.mark.parametrize(
    ("join_at", "wait_s"),
    [
        ("2026-01-01T00:01:00Z", 60),
        ("2025-01-01T00:00:00Z", 0),
        (None, 0),
        ("soon", 0),
        ("2026-01-01T00:01:00", 0),
    ],
)
def test_a_scheduled_bot_may_wait(join_at, wait_s):
    """The time until a bot is to join is added to its deadline; a text that is no instant is left to the server."""
    assert scheduled_wait_s({"join_at": join_at}, datetime(2026, 1, 1, tzinfo=UTC)) == wait_s
