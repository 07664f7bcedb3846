"""Who is in the meeting, whatever order the gateway's words come in."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.model import ParticipantJoined, ParticipantLeft
from roomtone.session.platforms.zoom.roster import Roster

NUMBERS = [16778240, 16779264, 16780288, 16781312]
NAMES = ["Roomtone", "Ada", "Grace"]


def coded(name: str) -> str:
    """A name as the gateway writes it."""
    return base64.b64encode(name.encode()).decode().rstrip("=")


def test_the_bot_is_found_by_number_before_account_and_name():
    """The gateway's number for it wins over a namesake; without one the only namesake is the bot."""
    people = [{"id": NUMBERS[0], "dn2": coded("Bot 2")}, {"id": NUMBERS[1], "dn2": coded("Roomtone")}]
    roster = Roster("Roomtone")
    roster.joined({"userID": NUMBERS[0], "participantID": 4}, 0.0)
    told = roster.apply({"add": people}, 1.0)
    assert [isinstance(one, ParticipantJoined) and one.is_self for one in told] == [True, False]
    unnumbered = Roster("Roomtone")
    told = unnumbered.apply({"add": people}, 1.0)
    own = [one.participant_id for one in told if isinstance(one, ParticipantJoined) and one.is_self]
    assert own == [str(NUMBERS[1])]
    by_account = Roster("Roomtone")
    by_account.joined({"userID": 99, "zoomID": "own"}, 0.0)
    people[0]["zoomID"] = "own"
    assert by_account.apply({"add": people}, 1.0)[0].participant_id == str(NUMBERS[0])


def test_small_numbers_are_no_nodes():
    """Where ids are small all of them would be equal above the low bits: they are taken as they are."""
    roster = Roster("Roomtone")
    roster.joined({"userID": 3}, 0.0)
    roster.apply({"add": [{"id": n, "dn2": coded(f"P{n}")} for n in (1, 2, 3)]}, 0.0)
    assert roster.others([2, 3, 1]) == ("2", "1")


def test_whoever_has_not_joined_the_sound_is_muted():
    """The flag alone says nothing before the sound is joined."""
    roster = Roster("Roomtone")
    (ada,) = roster.apply(
        {"add": [{"id": NUMBERS[1], "dn2": coded("Ada"), "audio": "", "muted": False}]}, 0.0
    )
    (later,) = roster.apply({"update": [{"id": NUMBERS[1], "audio": "computer"}]}, 1.0)
    assert isinstance(ada, ParticipantJoined)
    assert isinstance(later, ParticipantJoined)
    assert (ada.muted, later.muted) == (True, False)


ENTRY = st.fixed_dictionaries(
    {"id": st.sampled_from(NUMBERS)},
    optional={
        "dn2": st.sampled_from([coded(name) for name in NAMES]),
        "muted": st.booleans(),
        "bHold": st.booleans(),
        "audio": st.sampled_from(["", "computer"]),
    },
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "add": st.lists(ENTRY, max_size=3),
        "update": st.dictionaries(st.sampled_from([str(n) for n in NUMBERS]), ENTRY, max_size=2),
        "remove": st.lists(st.sampled_from(NUMBERS), max_size=2),
    },
)


@given(st.lists(st.tuples(st.sampled_from(["apply", "joined", "purge"]), MESSAGE), max_size=30))
def test_nobody_leaves_who_was_not_there_and_nobody_waiting_is_there(
    steps: list[tuple[str, dict[str, Any]]],
):
    """What is told is consistent by itself, and the others told of are the others there are."""
    roster = Roster("Roomtone")
    there: dict[str, ParticipantJoined] = {}
    for number, (what, message) in enumerate(steps):
        at_s = number * 3.0
        if what == "joined":
            roster.joined({"userID": NUMBERS[0]}, at_s)
        for change in roster.apply(message, at_s) if what == "apply" else roster.purge(at_s):
            if isinstance(change, ParticipantLeft):
                del there[change.participant_id]
            else:
                assert change.is_self or not roster.is_own(int(change.participant_id))
                there[change.participant_id] = change
        others = [one for one in there.values() if not one.is_self]
        assert len(others) == roster.n_others
