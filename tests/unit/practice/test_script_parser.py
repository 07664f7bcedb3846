"""Scripts are read completely, and what is wrong in them is named with its place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.practice.errors import InvalidScript
from roomtone.practice.script import (
    AdmissionMode,
    AdmissionOutcome,
    CameraKind,
    Clock,
    Ending,
    EventKind,
    Script,
    Tone,
)
from roomtone.practice.script_parser import load_script, parse_script

NOWHERE = Path("/nonexistent")

FULL = """
client: practice
variant: painted
title: Weekly review
admission: {mode: lobby, after_s: 2, outcome: deny}
clock: bot_admitted
bot: Roomtone
participants:
  - name: Ada Lovelace
    host: true
    joins_s: 0
    leaves_s: 40
    camera: pattern
    camera_size: 640x360
    says:
      - {at_s: 2.0, file: clip.flac, gain_db: -6, loop: true, to_s: 9}
      - {at_s: 3, tone: beep, every_s: 1}
    shares:
      - {from_s: 20, to_s: 30, file: slide.png}
      - {from_s: 30, file: film.webm}
  - {name: Grace Hopper, camera: film.webm}
chat:
  - {at_s: 5, from: Grace Hopper, text: hello}
events:
  - {at_s: 15, what: bot_muted_by_host}
  - {at_s: 16, what: participant_renamed, participant: Ada Lovelace, name: Countess}
ends: {at_s: 40, how: connection_lost}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files the scripts name."""
    for name in ("clip.flac", "slide.png", "film.webm"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def load(folder: Path, text: str) -> Script:
    """The script written as a file and read."""
    (folder / "script.yaml").write_text(text, encoding="utf-8")
    return load_script(folder / "script.yaml")


def problem(folder: Path, data: object) -> InvalidScript:
    """The error that the data make."""
    with pytest.raises(InvalidScript) as caught:
        parse_script(data, folder)
    return caught.value


def test_everything_a_script_can_say_is_read(folder: Path) -> None:
    """Each key of the format ends up in its field."""
    script = load(folder, FULL)
    ada, grace = script.participants
    assert (script.variant, script.title, script.clock, script.bot) == (
        "painted",
        "Weekly review",
        Clock.BOT_ADMITTED,
        "Roomtone",
    )
    assert (script.admission.mode, script.admission.after_s, script.admission.outcome) == (
        AdmissionMode.LOBBY,
        2.0,
        AdmissionOutcome.DENY,
    )
    assert (ada.host, ada.joins_s, ada.leaves_s) == (True, 0.0, 40.0)
    assert (ada.camera.kind, ada.camera.width, ada.camera.height) == (CameraKind.PATTERN, 640, 360)
    assert ada.says[0].file == folder / "clip.flac"
    assert (ada.says[0].gain_db, ada.says[0].loop, ada.says[0].to_s) == (-6.0, True, 9.0)
    assert (ada.says[1].tone, ada.says[1].every_s) == (Tone.BEEP, 1.0)
    assert [(share.from_s, share.to_s) for share in ada.shares] == [(20.0, 30.0), (30.0, None)]
    assert (grace.camera.kind, grace.camera.file) == (CameraKind.VIDEO, folder / "film.webm")
    assert (script.chat[0].participant, script.chat[0].text) == (1, "hello")
    assert [event.what for event in script.events] == [
        EventKind.BOT_MUTED_BY_HOST,
        EventKind.PARTICIPANT_RENAMED,
    ]
    assert script.ends is not None
    assert script.ends.how is Ending.CONNECTION_LOST


def test_a_script_may_say_almost_nothing(folder: Path) -> None:
    """What is left out has its default."""
    script = load(folder, "participants: [{name: Ada}]")
    assert script.clock is Clock.FIRST_ARRIVAL
    assert script.admission.mode is AdmissionMode.OPEN
    assert script.ends is None
    assert script.participants[0].camera.kind is CameraKind.NONE


def test_a_replica_knows_more_words(folder: Path) -> None:
    """Waiting for a host, holding the bot, and a platform's own number for the end."""
    script = load(
        folder,
        """
client: zoom
variant: wasm+consent
admission: {mode: host, after_s: 2}
participants: [{name: Ada, host: true, joins_s: 5}]
events: [{at_s: 9, what: bot_put_on_hold}, {at_s: 12, what: bot_let_in_again}]
ends: {at_s: 20, code: 10}
""",
    )
    assert script.admission.mode is AdmissionMode.HOST
    assert [event.what for event in script.events] == [
        EventKind.BOT_PUT_ON_HOLD,
        EventKind.BOT_LET_IN_AGAIN,
    ]
    assert script.ends is not None
    assert (script.ends.how, script.ends.code) == (Ending.ENDED, 10)


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        ([], "", "must be a mapping"),
        ({"titel": "x"}, "titel", "not a known key; known here: admission"),
        ({"participants": "Ada"}, "participants", "must be a list"),
        ({"participants": [{}]}, "participants[0].name", "missing"),
        ({"participants": [{"name": " "}]}, "participants[0].name", "not empty"),
        ({"participants": [{"name": "A", "host": "yes"}]}, "participants[0].host", "true or false"),
        ({"participants": [{"name": "A", "joins_s": -1}]}, "participants[0].joins_s", "from 0 to"),
        (
            {"participants": [{"name": "A", "joins_s": 5, "leaves_s": 5}]},
            "participants[0].leaves_s",
            "later than",
        ),
        ({"participants": [{"name": "A", "camera": "on"}]}, "participants[0].camera", "none, pattern, flash"),
        ({"participants": [{"name": "A", "camera": "x.png"}]}, "participants[0].camera", "there is no file"),
        (
            {"participants": [{"name": "A", "camera_size": "1x1"}]},
            "participants[0].camera_size",
            "1280x720, 640x360",
        ),
        (
            {"participants": [{"name": "A"}, {"name": "B", "says": [{"at_s": 1, "file": "x.flac"}]}]},
            "participants[1].says[0].file",
            "there is no file /nonexistent/x.flac",
        ),
        ({"participants": [{"name": "A", "says": [{"at_s": 1}]}]}, "participants[0].says[0]", "file or tone"),
        (
            {"participants": [{"name": "A", "says": [{"at_s": 1, "tone": "beep", "every_s": 0.03}]}]},
            "participants[0].says[0].every_s",
            "multiple of 0.02",
        ),
        (
            {"participants": [{"name": "A", "says": [{"at_s": float("nan"), "tone": "beep"}]}]},
            "participants[0].says[0].at_s",
            "a number",
        ),
        ({"chat": [{"at_s": 1, "from": "Bob", "text": "x"}]}, "chat[0].from", "called 'Bob'"),
        (
            {"events": [{"at_s": 1, "what": "quake"}]},
            "events[0].what",
            "one of bot_muted_by_host, bot_removed",
        ),
        ({"ends": {"at_s": 1, "how": "boom"}}, "ends.how", "connection_lost"),
        ({"ends": {"how": "ended"}}, "ends.at_s", "missing"),
        ({"admission": {"mode": "closed"}}, "admission.mode", "open, lobby"),
        ({"admission": {"mode": "host"}}, "admission.mode", "replicas"),
        ({"events": [{"at_s": 1, "what": "bot_put_on_hold"}]}, "events[0].what", "replicas"),
        ({"ends": {"at_s": 1, "code": 10}}, "ends.code", "replicas"),
        (
            {
                "client": "zoom",
                "clock": "bot_admitted",
                "admission": {"mode": "host"},
                "participants": [{"name": "Ada", "host": True, "joins_s": 5}],
            },
            "clock",
            "first_arrival",
        ),
        ({"variant": "strange"}, "variant", "painted"),
        ({"client": "webex"}, "client", "practice, zoom, google_meet, teams"),
        ({"bot": 5}, "bot", "must be a text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(data: object, path: str, says: str) -> None:
    """The error names the path and what would be right."""
    error = problem(NOWHERE, data)
    assert error.path == path
    assert says in str(error)


def test_one_screen_at_a_time(folder: Path) -> None:
    """Shares of one participant may follow each other but not overlap."""
    shares = [{"from_s": 1, "to_s": 5, "file": "slide.png"}, {"from_s": 4, "file": "slide.png"}]
    error = problem(folder, {"participants": [{"name": "A", "shares": shares}]})
    assert error.path == "participants[0].shares"


def test_replicas_have_variants_of_their_own() -> None:
    """The format is shared with the stand-ins, whose variants are not ours to check."""
    assert (
        parse_script({"client": "zoom", "variant": "web_client_wall"}, NOWHERE).variant == "web_client_wall"
    )


@pytest.mark.parametrize("text", ["a: [", "\x00", "a: !!python/object:os.system {}", "[" * 3000])
def test_what_is_not_yaml_is_an_error_for_people(folder: Path, text: str) -> None:
    """A file that YAML cannot read is one typed error."""
    with pytest.raises(InvalidScript):
        load(folder, text)


def test_a_missing_script_is_an_error_for_people(tmp_path: Path) -> None:
    """The file's name is told."""
    with pytest.raises(InvalidScript, match=r"nowhere\.yaml"):
        load_script(tmp_path / "nowhere.yaml")


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "name",
        "host",
        "joins_s",
        "leaves_s",
        "camera",
        "says",
        "shares",
        "hears",
        "at_s",
        "file",
        "tone",
        "every_s",
    ]
)
SECTIONS = st.sampled_from(
    ["client", "variant", "title", "admission", "clock", "bot", "participants", "chat", "events", "ends"]
)
nested = st.dictionaries(KEYS, json_like | st.lists(st.dictionaries(KEYS, json_like), max_size=2))


@given(st.dictionaries(SECTIONS, json_like | nested | st.lists(nested, max_size=3)) | json_like)
def test_any_data_is_a_script_or_a_typed_error(data: object) -> None:
    """Nothing that YAML can hold makes the parser fail in another way."""
    with contextlib.suppress(InvalidScript):
        assert isinstance(parse_script(data, NOWHERE), Script)
