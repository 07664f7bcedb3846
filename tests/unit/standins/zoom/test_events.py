"""The servers' messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.standins.zoom import events
from tests.standins.zoom.translation import translated

ADA = {
    "id": "16778240",
    "name": "Ada Lovelace",
    "host": True,
    "microphone": True,
    "camera": False,
    "sharing": True,
}
OWN = {
    "id": "16878592",
    "name": "Roomtone",
    "host": False,
    "microphone": False,
    "camera": False,
    "sharing": False,
}


@given(st.text(), st.booleans())
def test_texts_come_back(text, padded):
    """Base64 of UTF-8, with or without its padding."""
    sent = events.encoded(text)
    assert "=" not in sent
    assert events.decoded(sent + "=" * (-len(sent) % 4) if padded else sent) == text


@given(st.text() | st.none() | st.integers())
def test_nonsense_is_an_empty_text_or_some_text(value):
    """What a client sends never raises."""
    assert isinstance(events.decoded(value), str)


def test_admission_gives_the_whole_roster():
    """Attributes, what is ready, and everybody with the client itself; all three lists are there."""
    told = translated({"type": "admitted", "participants": [ADA]}, OWN, as_maps=False)
    assert [number for number, _ in told] == [7938, 7996, 7996, 7996, 7937]
    roster = told[-1][1]
    assert set(roster) == {"add", "update", "remove"}
    assert [(user["id"], user["role"], user["audio"]) for user in roster["add"]] == [
        (16778240, 1, "computer"),
        (16878592, 0, ""),
    ]
    assert roster["add"][0]["bShareOn"] is True
    assert events.decoded(roster["add"][0]["dn2"]) == "Ada Lovelace"


def test_changes_are_arrays_or_maps():
    """Both forms of updates and removals were seen; the worker's socket has maps."""
    gone = {"type": "participant_left", "id": "16778240"}
    ((_, plain),) = translated(gone, OWN, as_maps=False)
    ((_, keyed),) = translated(gone, OWN, as_maps=True)
    assert plain["remove"] == [{"id": 16778240}]
    assert keyed["remove"] == {"16778240": {"id": 16778240}}


def test_who_speaks_is_numbered_by_loudness():
    """The loudest is asn1; silence is an empty object."""
    told = translated({"type": "active_speakers", "ids": ["2048", "1024"]}, OWN, as_maps=False)
    assert told == [(12033, {"asn1": 2048, "asn2": 1024})]
    assert translated({"type": "active_speakers", "ids": []}, OWN, as_maps=False) == [(12033, {})]
