"""Who is told to have come and gone, by the roster's signals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import ActiveSpeakers, ParticipantJoined, ParticipantLeft
from roomtone.session.movements import Movement, Movements


def test_who_is_there_already_joins_when_the_recording_begins() -> None:
    """Who left before is not told, nor is the bot."""
    movements = Movements()
    for who, name, is_self in (("1", "Ada", False), ("2", "Roomtone", True), ("3", "Grace", False)):
        assert movements.take(ParticipantJoined(who, name, 1.0, is_self=is_self)) is None
    assert movements.take(ParticipantLeft("3", 2.0)) is None
    assert movements.begin(10.0) == [Movement("join", "1", "Ada", 0.0)]


def test_coming_and_going_is_told_once_each_and_again_after_a_return() -> None:
    """With the seconds since the recording began."""
    movements = Movements()
    assert movements.begin(10.0) == []
    assert movements.take(ParticipantJoined("1", "Ada", 11.5)) == Movement("join", "1", "Ada", 1.5)
    assert movements.take(ParticipantJoined("1", "Ada", 12.0, muted=True)) is None
    assert movements.take(ParticipantLeft("1", 13.0)) == Movement("leave", "1", "Ada", 3.0)
    assert movements.take(ParticipantLeft("1", 13.5)) is None
    assert movements.take(ParticipantJoined("1", "Ada", 14.0)) == Movement("join", "1", "Ada", 4.0)


def test_a_new_name_is_no_movement() -> None:
    """It is the one that leaves, though."""
    movements = Movements()
    movements.begin(0.0)
    movements.take(ParticipantJoined("1", "Ada", 1.0))
    assert movements.take(ParticipantJoined("1", "Ada Lovelace", 2.0)) is None
    assert movements.take(ParticipantLeft("1", 3.0)) == Movement("leave", "1", "Ada Lovelace", 3.0)


def test_who_has_no_name_is_told_when_they_have_one() -> None:
    """One who never had any is not told at all."""
    movements = Movements()
    movements.take(ParticipantJoined("1", "", 0.0))
    assert movements.begin(0.0) == []
    assert movements.take(ParticipantJoined("2", "", 1.0)) is None
    assert movements.take(ParticipantJoined("2", "Grace", 2.0)) == Movement("join", "2", "Grace", 2.0)
    assert movements.take(ParticipantLeft("1", 3.0)) is None


def test_the_bot_is_nobody_also_when_it_is_known_late() -> None:
    """Its id is known as its own from then on."""
    movements = Movements()
    movements.begin(0.0)
    movements.take(ParticipantJoined("9", "Roomtone", 1.0))
    assert movements.take(ParticipantJoined("9", "Roomtone", 2.0, is_self=True)) is None
    assert movements.take(ParticipantJoined("9", "Roomtone", 3.0)) is None
    assert movements.take(ParticipantLeft("9", 4.0)) is None


def test_other_signals_move_nobody() -> None:
    """Somebody speaks."""
    assert Movements().take(ActiveSpeakers(("1",), 1.0)) is None


@given(
    st.lists(
        st.tuples(st.sampled_from("jlb"), st.sampled_from("123"), st.sampled_from(["", "Ada", "Grace"])),
        max_size=40,
    )
)
def test_nobody_joins_twice_nor_leaves_without_having_joined(steps: list[tuple[str, str, str]]) -> None:
    """Whatever the roster says, and whenever the recording begins."""
    movements = Movements()
    said: list[Movement] = []
    has_begun = False
    for at_s, (what, who, name) in enumerate(steps):
        if what == "b" and not has_begun:
            has_begun = True
            said += movements.begin(float(at_s))
        elif what != "b":
            signal = ParticipantJoined(who, name, at_s) if what == "j" else ParticipantLeft(who, at_s)
            movement = movements.take(signal)
            said += [movement] if movement else []
    present: set[str] = set()
    for movement in said:
        assert movement.name
        assert (movement.participant_id in present) == (movement.action == "leave")
        present ^= {movement.participant_id}
    assert has_begun or not said
