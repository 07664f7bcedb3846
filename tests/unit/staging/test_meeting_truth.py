"""What the meeting says of itself."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from roomtone.staging.meeting_truth import MeetingTruth


def told(*happenings: dict[str, object]) -> MeetingTruth:
    """The truth after these lines; our clock is 1000 s ahead of the monotonic one."""
    truth = MeetingTruth(lambda monotonic_s: monotonic_s + 1000)
    for happening in happenings:
        truth.take(json.dumps(happening))
    return truth


def test_a_meeting_is_understood():
    """Address, second zero, ids, clips and the end are found, on our clock."""
    truth = told(
        {"url": "http://127.0.0.1:1/practice/x"},
        {
            "event": "participant_joined",
            "monotonic_s": 4,
            "participant": 0,
            "id": "scripted-1",
            "name": "Ada",
        },
        {"event": "clock_started", "monotonic_s": 5, "zero_monotonic_s": 5.1},
        {"event": "clip_began", "monotonic_s": 6.1, "participant": 0, "says": 2, "scheduled_s": 0.9},
        {"event": "meeting_ended", "monotonic_s": 9, "how": "ended"},
        {"event": "bot_removed", "monotonic_s": 10},
    )
    assert truth.url == "http://127.0.0.1:1/practice/x"
    assert truth.ids == {0: "scripted-1"}
    assert truth.zero_s == 1005.1
    assert [(clip.says, clip.at_s) for clip in truth.clips] == [(2, 1006.0)]
    assert truth.ended_s == 1009


def test_an_end_that_leaves_the_bot_there_is_none():
    """When everyone left or the connection broke, it is the bot that decides when its meeting is over."""
    assert told({"event": "meeting_ended", "monotonic_s": 9, "how": "everyone_left"}).ended_s is None


@given(st.text() | st.dictionaries(st.text(), st.integers() | st.text()).map(json.dumps))
def test_no_line_breaks_it(line):
    """Whatever is printed besides, nothing is raised."""
    MeetingTruth(lambda monotonic_s: monotonic_s).take(line)


@given(st.sampled_from(["clock_started", "clip_began", "participant_joined", "meeting_ended"]), st.data())
def test_a_happening_without_its_facts_is_ignored(event, data):
    """A known name with missing or wrong facts teaches nothing and breaks nothing."""
    facts = data.draw(
        st.dictionaries(st.sampled_from(["monotonic_s", "participant", "says"]), st.text(max_size=2))
    )
    truth = told({**facts, "event": event})
    assert truth.zero_s is None
