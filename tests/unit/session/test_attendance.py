"""When to leave, decided without a meeting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.automatic_leave import AutomaticLeave
from roomtone.bot.end_reasons import EndReason
from roomtone.session.attendance import Attendance, Limits

LIMITS = Limits(nobody_joined_s=600, everyone_left_s=300, silence_s=100, recording_s=14_400)


def admitted(at_s: float = 0.0, *present: str) -> Attendance:
    """A stay that began at ``at_s`` with these people already there."""
    attendance = Attendance(LIMITS)
    attendance.participant_joined("bot", at_s, is_self=True)
    for person in present:
        attendance.participant_joined(person, at_s)
    attendance.admitted(at_s)
    return attendance


def test_limits_come_from_the_request():
    """Each rule takes its own field of ``automatic_leave``."""
    rules = AutomaticLeave(
        no_one_joined_timeout=61,
        everyone_left_timeout=62,
        voice_inactivity_timeout=63,
        in_call_recording_timeout=640,
    )
    assert Limits.of(rules) == Limits(61, 62, 63, 640)


def test_nothing_is_due_before_admission():
    """A bot that is not in the meeting has nothing to leave."""
    attendance = Attendance(LIMITS)
    attendance.participant_joined("ada", 0)
    attendance.participant_left("ada", 1)
    assert attendance.verdict(1e9).reason is None
    assert math.isinf(attendance.verdict(1e9).look_again_s)


def test_nobody_ever_joined():
    """Alone from the start, the bot leaves after the first limit and says when to look again."""
    attendance = admitted(10)
    assert attendance.verdict(609.9).reason is None
    assert attendance.verdict(10).look_again_s == 610
    assert attendance.verdict(610).reason is EndReason.NOBODY_JOINED


def test_people_who_left_before_admission_never_joined():
    """Who left while the bot was in the lobby does not make it a meeting that everyone left."""
    attendance = Attendance(LIMITS)
    attendance.participant_joined("ada", 0)
    attendance.participant_left("ada", 20)
    attendance.admitted(30)
    assert attendance.verdict(629).reason is None
    assert attendance.verdict(630).reason is EndReason.NOBODY_JOINED


def test_everyone_left():
    """After the last one left, the second limit runs."""
    attendance = admitted(0, "ada", "grace")
    attendance.voice_heard(10)
    attendance.participant_left("ada", 20)
    attendance.participant_left("grace", 50)
    assert attendance.verdict(349.9).reason is None
    assert attendance.verdict(350).reason is EndReason.EVERYONE_LEFT


def test_a_return_resets_the_wait():
    """Somebody who comes back starts the wait anew when leaving again."""
    attendance = admitted(0, "ada")
    attendance.participant_left("ada", 10)
    attendance.participant_joined("ada", 300)
    assert attendance.verdict(310).reason is None
    attendance.participant_left("ada", 320)
    assert attendance.verdict(619).reason is None
    assert attendance.verdict(620).reason is EndReason.EVERYONE_LEFT


def test_being_alone_is_not_silence():
    """Silence is counted with company only, and afresh when company comes."""
    attendance = admitted(0)
    assert attendance.verdict(500).reason is None
    attendance.participant_joined("ada", 500)
    assert attendance.verdict(599).reason is None
    assert attendance.verdict(600).reason is EndReason.SILENCE


def test_a_second_person_does_not_break_the_silence():
    """Only a voice ends a silence, not an arrival among others."""
    attendance = admitted(0, "ada")
    attendance.participant_joined("grace", 90)
    assert attendance.verdict(100).reason is EndReason.SILENCE


def test_a_voice_breaks_the_silence():
    """Each voice moves the silence's end."""
    attendance = admitted(0, "ada")
    attendance.voice_heard(99)
    assert attendance.verdict(198.9).reason is None
    assert attendance.verdict(199).reason is EndReason.SILENCE


def test_longest_recording():
    """However lively, a meeting is left at the longest recording time."""
    attendance = admitted(5, "ada")
    attendance.voice_heard(14_400)
    assert attendance.verdict(14_404).reason is None
    assert attendance.verdict(14_405).reason is EndReason.RECORDING_TOO_LONG


def test_the_bot_never_counts():
    """The bot's own entry is nobody, even when it was first reported as anybody."""
    attendance = Attendance(LIMITS)
    attendance.participant_joined("bot", 0)
    attendance.participant_joined("bot", 0, is_self=True)
    attendance.participant_joined("bot", 1)
    attendance.admitted(0)
    assert attendance.people == 0
    assert attendance.verdict(600).reason is EndReason.NOBODY_JOINED


def test_a_hidden_roster_is_not_an_empty_meeting():
    """Where the roster never spoke, only silence and length end a stay."""
    attendance = Attendance(LIMITS)
    attendance.admitted(0)
    for at_s in range(0, 14_400, 50):
        attendance.voice_heard(at_s)
        assert attendance.verdict(at_s).reason is None
    assert attendance.verdict(14_400).reason is EndReason.RECORDING_TOO_LONG


def test_a_second_admission_changes_nothing():
    """Being put into the lobby and let in again does not restart the longest recording."""
    attendance = admitted(0, "ada")
    attendance.admitted(14_000)
    attendance.voice_heard(14_399)
    assert attendance.verdict(14_400).reason is EndReason.RECORDING_TOO_LONG


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 200),
        st.sampled_from(["joined", "left", "voice"]),
        st.sampled_from(["ada", "grace", "alan"]),
    ),
    max_size=40,
)


@given(EVENTS)
def test_the_verdict_follows_from_the_plain_reading_of_the_rules(steps):
    """Against a slow reading of the same rules from the whole history, every verdict and every next look agree."""
    attendance = admitted(0)
    present: set[str] = set()
    now_s, ever, alone_s, silent_s = 0.0, False, 0.0, 0.0
    for pause_s, kind, person in steps:
        now_s += pause_s
        before = attendance.verdict(now_s)
        if before.reason is not None:
            assert before.look_again_s <= now_s
            return
        assert before.look_again_s > now_s
        if kind == "joined":
            if not present:
                silent_s = now_s
            present.add(person)
            ever = True
            attendance.participant_joined(person, now_s)
        elif kind == "left":
            if present == {person}:
                alone_s = now_s
            present.discard(person)
            attendance.participant_left(person, now_s)
        else:
            silent_s = now_s
            attendance.voice_heard(now_s)
        expected_s = min(14_400, silent_s + 100 if present else alone_s + (300 if ever else 600))
        assert attendance.people == len(present)
        assert attendance.verdict(now_s).look_again_s == pytest.approx(expected_s)
