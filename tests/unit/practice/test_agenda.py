"""A script's agenda has everything in its order."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from roomtone.practice.agenda import Arrives, Ends, Leaves, StartsSharing, StopsSharing, Writes, agenda
from roomtone.practice.script import ChatLine, Ending, Script, ScriptedParticipant, Share
from roomtone.practice.script import Ends as ScriptEnds

SLIDE = Path("slide.png")


def test_everything_happens_in_order() -> None:
    """Arrivals, shares, chat, leaves and the end, by time; at one moment, arrivals first and the end last."""
    first, second = Share(3, 5, SLIDE), Share(5, None, SLIDE)
    script = Script(
        participants=(
            ScriptedParticipant("Ada", leaves_s=9, shares=(first, second)),
            ScriptedParticipant("Grace", joins_s=5),
        ),
        chat=(ChatLine(9, 0, "bye"),),
        ends=ScriptEnds(9, Ending.ENDED),
    )
    assert agenda(script) == [
        (0, Arrives(0)),
        (3, StartsSharing(0, first)),
        (5, Arrives(1)),
        (5, StopsSharing(0)),
        (5, StartsSharing(0, second)),
        (9, Writes(0, "bye")),
        (9, Leaves(0)),
        (9, Ends(Ending.ENDED)),
    ]


moments = st.floats(0, 100)


@given(st.lists(st.tuples(moments, moments), max_size=8), moments)
def test_nothing_comes_after_the_end(stays: list[tuple[float, float]], end_s: float) -> None:
    """Whatever the script says, the agenda is sorted, and its last item is the end."""
    people = tuple(
        ScriptedParticipant(
            "x", joins_s=min(stay), leaves_s=max(stay) + 1, shares=(Share(min(stay), None, SLIDE),)
        )
        for stay in stays
    )
    items = agenda(Script(people, ends=ScriptEnds(end_s, Ending.EVERYONE_LEFT)))
    assert [at_s for at_s, _ in items] == sorted(at_s for at_s, _ in items)
    assert items[-1] == (end_s, Ends(Ending.EVERYONE_LEFT))
    assert len([item for _, item in items if isinstance(item, Ends)]) == 1
