"""Which participant the picture stays on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.speaker_focus import CONFIRM_S, HOLD_S, TAKEOVER_S, SpeakerFocus

PEOPLE = ("ada", "grace", "mary")


def test_turns_to_a_new_speaker_after_confirmed_speech():
    """A new speaker is shown after 0.6 s of speech, not at the first sound."""
    focus = SpeakerFocus()
    focus.hear(["ada"], 0.0)
    focus.decide(1.0, PEOPLE, ())
    focus.hear(["grace"], 10.0)
    focus.decide(10.0 + CONFIRM_S - 0.05, PEOPLE, ())
    assert focus.current == "ada"
    focus.decide(10.01 + CONFIRM_S, PEOPLE, ())
    assert focus.current == "grace"


def test_stays_on_the_last_speaker_in_silence():
    """Silence changes nothing."""
    focus = SpeakerFocus()
    focus.hear(["grace"], 0.0)
    focus.decide(1.0, PEOPLE, {"ada"})
    focus.hear([], 2.0)
    focus.decide(600.0, PEOPLE, {"ada"})
    assert focus.current == "grace"


def test_a_pause_between_words_does_not_start_the_speech_anew():
    """A gap of 0.3 s in a speaker's words does not delay the switch to them."""
    focus = SpeakerFocus()
    focus.hear(["ada"], 0.0)
    focus.decide(1.0, PEOPLE, ())
    focus.hear(["grace"], 10.0)
    focus.hear([], 10.3)
    focus.hear(["grace"], 10.5)
    focus.decide(10.7, PEOPLE, ())
    assert focus.current == "grace"


def test_an_interruption_takes_over_only_when_it_lasts():
    """Over somebody who goes on speaking, another has to be the loudest for two seconds."""
    focus = SpeakerFocus()
    focus.hear(["ada"], 0.0)
    focus.decide(1.0, PEOPLE, ())
    focus.hear(["grace", "ada"], 10.0)
    focus.decide(10.0 + TAKEOVER_S - 0.1, PEOPLE, ())
    assert focus.current == "ada"
    focus.decide(10.01 + TAKEOVER_S, PEOPLE, ())
    assert focus.current == "grace"


def test_when_the_speaker_leaves_the_one_before_is_shown():
    """The picture returns to the last other speaker who is still there."""
    focus = SpeakerFocus()
    focus.hear(["ada"], 0.0)
    focus.decide(1.0, PEOPLE, ())
    focus.hear(["grace"], 5.0)
    focus.decide(6.0, PEOPLE, ())
    focus.leave("grace")
    focus.decide(6.1, ("ada", "mary"), {"mary"})
    assert (focus.current, focus.has_spoken) == ("ada", True)


def test_while_nobody_has_spoken_a_camera_is_preferred_and_kept():
    """Before the first word somebody with a camera is shown, and replaced when it goes off."""
    focus = SpeakerFocus()
    focus.decide(0.0, PEOPLE, {"grace"})
    assert (focus.current, focus.has_spoken) == ("grace", False)
    focus.decide(1.0, PEOPLE, {"grace", "ada"})
    assert focus.current == "grace"
    focus.decide(2.0, PEOPLE, {"ada"})
    assert focus.current == "ada"


@given(
    st.lists(
        st.tuples(st.floats(0.01, 2.0), st.lists(st.sampled_from(PEOPLE), unique=True)),
        min_size=1,
        max_size=60,
    )
)
def test_never_switches_between_people_who_are_there_before_the_hold_is_over(steps):
    """However the platform's list flickers, a speaker who stays is shown at least 1.5 s."""
    focus = SpeakerFocus()
    at_s, changed_s, before = 0.0, None, None
    for wait_s, speaking in steps:
        at_s += wait_s
        focus.hear(speaking, at_s)
        focus.decide(at_s, PEOPLE, ())
        spoken = focus.current if focus.has_spoken else None
        if spoken != before:
            assert changed_s is None or at_s - changed_s >= HOLD_S
            before, changed_s = spoken, at_s


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.lists(st.sampled_from(PEOPLE), unique=True)), max_size=40))
def test_only_somebody_present_is_chosen(steps):
    """The choice is always somebody who is there; with nobody there it is nobody."""
    focus = SpeakerFocus()
    at_s = 0.0
    for index, (wait_s, speaking) in enumerate(steps):
        at_s += wait_s
        present = PEOPLE[: index % 4]
        focus.hear(speaking, at_s)
        focus.decide(at_s, present, set(present[:1]))
        assert focus.current in present if present else focus.current is None
