"""Whether a scenario went as it must."""

from __future__ import annotations

import pytest
from tests.standins.scenario import Scenario
from tests.standins.scenario_verdict import first_moments, judge

from roomtone.bot.end_reasons import EndReason

SCENARIO = Scenario(
    "locked", {}, (EndReason.MEETING_LOCKED,), 20, "refused", needs=("refused",), forbids=("guest_admitted",)
)
STOPPED = {"arrived_s": 105.0, "body": {"event": "bot.stopped", "bot_event": "bot.denied"}}
JOINED = {"arrived_s": 90.0, "body": {"event": "bot.inmeeting", "bot_event": "bot.inmeeting"}}
REPORT = {"end_reason": "meeting_locked", "processes_left": 0}


def test_a_scenario_as_it_must_be():
    """The right ending within the bound is right, and its seconds are known."""
    found = judge(SCENARIO, REPORT, {"refused": 100.0}, [STOPPED])
    assert found.right
    assert (found.ending, found.seconds) == ("meeting_locked", 5.0)


@pytest.mark.parametrize(
    ("report", "happenings", "webhooks", "says"),
    [
        ({**REPORT, "end_reason": "join_timeout"}, {"refused": 100.0}, [STOPPED], "another ending"),
        ({**REPORT, "end_reason": None}, {"refused": 100.0}, [STOPPED], "another ending"),
        (REPORT, {"refused": 80.0}, [STOPPED], "too late"),
        (REPORT, {"refused": 110.0}, [STOPPED], "ended before refused"),
        (REPORT, {}, [STOPPED], "refused did not come"),
        (REPORT, {"refused": 100.0}, [], "no end of the stay"),
        (REPORT, {"refused": 100.0, "guest_admitted": 95.0}, [STOPPED], "there was guest_admitted"),
        (REPORT, {"refused": 100.0}, [JOINED, STOPPED], "in the meeting before"),
        ({**REPORT, "processes_left": 2}, {"refused": 100.0}, [STOPPED], "2 processes"),
    ],
)
def test_what_is_wrong_is_said(report, happenings, webhooks, says):
    """Each way of going wrong has its words."""
    assert says in judge(SCENARIO, report, happenings, webhooks).problem


def test_the_first_of_each_happening_counts():
    """Later ones of the same name do not move it."""
    wall = "2026-01-01T00:00:0{}.000+00:00"
    found = first_moments(
        [{"url": "x"}, {"event": "a", "wall": wall.format(1)}, {"event": "a", "wall": wall.format(2)}]
    )
    assert list(found) == ["a"]
    assert found["a"] % 10 == 1
