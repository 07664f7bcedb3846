"""What is called wrong with a visit to Zoom's own client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.real_clients.zoom.scene import Scene
from tests.real_clients.zoom.state import State, in_call
from tests.real_clients.zoom.states import STATES
from tests.real_clients.zoom.verdict import complaints, complaints_of_page
from tests.real_clients.zoom.visit import Visit

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Ended

if TYPE_CHECKING:
    from pathlib import Path

LEFT = ["joining", "in_meeting", "recording_started", "leaving", "ended"]
LOG = [(5.0, "join", {"name": "Roomtone"}), (9.0, "evt 4103", {}), (9.1, "page:dialog-gone", '"A dialog"')]


def visit(directory: Path, reason: EndReason = EndReason.REMOVE_REQUESTED, **changed: Any) -> Visit:
    """A visit in which all went well, changed as told."""
    rows = [{"name": "Alice Host"}, {"name": "Zoë Ångström"}]
    (directory / "participants.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    ended = Ended(at=datetime.now(UTC), reason=reason)
    usual: dict[str, Any] = {"kinds": LEFT, "ended": ended, "seconds": 9.0, "log": LOG}
    return Visit(directory, **(usual | changed))


def test_a_visit_as_expected_has_no_complaint(tmp_path: Path) -> None:
    """All that the state asks for was there."""
    state = in_call(Scene("call", ""), asked={"name": "Roomtone"}, dismissed=("A dialog",))
    assert complaints(state, visit(tmp_path)) == []


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"ends": EndReason.MEETING_ENDED}, "ended as remove_requested"),
        ({"passes": ("in_waiting_room", "in_meeting")}, "no in_waiting_room"),
        ({"passes": ("recording_started", "in_meeting")}, "no in_meeting"),
        ({"never": ("in_meeting",)}, "in_meeting came"),
        ({"within_s": 5.0}, "took 9 s, allowed 5"),
        ({"asked": {"name": "GuestRoomtone"}}, "the form's name was another"),
        ({"said": (4104,)}, "the client never said 4104"),
        ({"present": ("Bob",)}, "Bob missing in the roster"),
        ({"spoke": ("Alice Host",)}, "Alice Host never spoke"),
        ({"wrote": ("Hello",)}, "a chat message is missing"),
        ({"dismissed": ("Another",)}, "'Another' was not dismissed"),
        ({"kept_out": (4103, "mute", None)}, "the client said 4103 mute=None"),
        ({"video": True}, "no recording.mp4"),
        ({"captioned": ("Hello",)}, "a caption is missing"),
        ({"does": "speak"}, "told to speak: no answer"),
        ({"does": "speak", "tells": ((4103, "bMute", True),)}, "the client did not say 4103 bMute=True"),
        ({"does": "speak", "heard": True}, "nobody heard the bot"),
    ],
)
def test_what_is_not_as_expected_is_named(tmp_path: Path, changed: dict[str, Any], complaint: str) -> None:
    """Each expectation alone can fail, and says so."""
    assert complaint in complaints(in_call(Scene("call", ""), **changed), visit(tmp_path))


def test_what_the_bot_did_is_to_be_told_in_its_order(tmp_path: Path) -> None:
    """A microphone that was closed and then opened is not one that was opened and then closed."""
    opened, closed = (8.0, "evt 8193", {"bMute": False}), (9.0, "evt 8193", {"bMute": True})
    heard = (8.5, "bridge:heard", 2.5)
    tells = ((8193, "bMute", False), (8193, "bMute", True))
    state = in_call(Scene("call", ""), does="speak", tells=tells, heard=True)
    done: dict[str, Any] = {"answers": [(True, "")]}
    assert complaints(state, visit(tmp_path, log=[*LOG, opened, heard, closed], **done)) == []
    assert complaints(state, visit(tmp_path, log=[*LOG, closed, heard, opened], **done)) != []


def test_a_session_without_a_last_word_is_wrong(tmp_path: Path) -> None:
    """A session that had to be killed is not as expected, whatever came before."""
    assert complaints(in_call(Scene("call", "")), visit(tmp_path, ended=None)) != []


def test_the_page_alone_is_held_to_its_own_expectation() -> None:
    """A silent refusal is known from the signalling alone."""
    state = State(Scene("silent", ""), "forms", EndReason.MEETING_NOT_FOUND, page_shows="join_ignored")
    assert complaints_of_page(state, "join_ignored") == []
    assert complaints_of_page(state, "meeting_not_found") != []


def test_states_have_names_of_their_own() -> None:
    """The name of a state is that of its folder."""
    names = [state.name for state in STATES]
    assert len(names) == len(set(names))
