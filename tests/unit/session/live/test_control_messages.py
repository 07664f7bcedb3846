"""What callers say over the control socket, in every spelling, and what is told to them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.participant_events import participant_body
from roomtone.bot.session_protocol import SpeakingMoved
from roomtone.session.live.control_messages import (
    Courtesy,
    Interrupt,
    MalformedCommand,
    SendAudio,
    SendChat,
    SendImage,
    SendImageUrl,
    SendMessage,
    error_text,
    participant_event_text,
    read_command,
    user_message_text,
)

GOLDEN = Path(__file__).parent / "golden"
URL = "https://example.com/a.png"
PCM = np.array([1, -1, 256, -32768], "<i2").tobytes()


def base64_of(data: bytes) -> str:
    """As it is on the wire."""
    return base64.b64encode(data).decode()


def audio(**fields: Any) -> str:
    """A ``sendaudio`` of four samples, but for these fields; None takes one away."""
    whole = {
        "command": "sendaudio",
        "bot_id": "b",
        "audiochunk": base64_of(PCM),
        "sample_rate": 48000,
        "encoding": "pcm16",
        "channels": 1,
        "endianness": "little",
    } | fields
    return json.dumps({name: value for name, value in whole.items() if value is not None})


def heard(message: str) -> tuple[list[int], int]:
    """The samples and the rate of a ``sendaudio``."""
    command = read_command(message)
    assert isinstance(command, SendAudio)
    assert command.samples.dtype == np.int16
    return command.samples.tolist(), command.rate_hz


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ([1, -1, 256, -32768], 48_000)),
        ({"sample_rate": None, "encoding": None, "channels": None, "endianness": None}, ([1, -1, 256, -32768], 48_000)),
        ({"sample_rate": "16000"}, ([1, -1, 256, -32768], 16_000)),
        ({"sample_rate": 24000.0, "encoding": "PCM_16", "endianness": "LE"}, ([1, -1, 256, -32768], 24_000)),
        ({"audiochunk": None, "audio_chunk": base64_of(PCM)}, ([1, -1, 256, -32768], 48_000)),
        ({"audiochunk": None, "audioChunk": base64_of(PCM)}, ([1, -1, 256, -32768], 48_000)),
        ({"command": None, "type": "sendaudio"}, ([1, -1, 256, -32768], 48_000)),
        ({"command": "Send_Audio"}, ([1, -1, 256, -32768], 48_000)),
        ({"endianness": "big"}, ([256, -1, 1, 128], 48_000)),
        ({"channels": 2}, ([0, -16256], 48_000)),
        ({"audiochunk": base64_of(PCM)[:4] + "\n" + base64_of(PCM)[4:]}, ([1, -1, 256, -32768], 48_000)),
    ],
)  # fmt: skip
def test_sound_is_read_in_every_spelling(fields: dict[str, Any], expected: tuple[list[int], int]) -> None:
    """Other rates are named, big-endian is swapped, stereo mixed."""
    assert heard(audio(**fields)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"command": "sendmsg", "message": "hi", "msg": "hi"}, SendMessage("hi")),
        ({"command": "sendmsg", "message": "", "msg": "hi"}, SendMessage("hi")),
        ({"command": "sendmsg", "msg": " hi\n"}, SendMessage("hi")),
        ({"type": "sendmsg", "text": "hi"}, SendMessage("hi")),
        ({"command": "send_message", "message": "a\nb"}, SendMessage("a\nb")),
        ({"command": "sendchat", "role": "assistant", "text": "Sure.", "is_final": True}, SendChat("assistant", "Sure.", True)),
        ({"command": "sendchat", "role": "user", "text": "Er", "is_final": False}, SendChat("user", "Er", False)),
        ({"command": "sendchat", "role": "user", "text": "", "is_final": False}, SendChat("user", "", False)),
        ({"command": "sendchat", "text": "Sure."}, SendChat("assistant", "Sure.", True)),
        ({"command": "interrupt", "action": "clear_audio_queue"}, Interrupt()),
        ({"command": "interrupt"}, Interrupt()),
        ({"command": "sendimg", "img": base64_of(b"\x89PNG")}, SendImage(b"\x89PNG")),
        ({"command": "sendimg", "img": "data:image/png;base64," + base64_of(b"\x89PNG")}, SendImage(b"\x89PNG")),
        ({"command": "sendimg", "image": base64_of(b"\xff\xd8"), "display_duration": 5}, SendImage(b"\xff\xd8", 5.0)),
        ({"command": "sendimg_url", "img_url": URL}, SendImageUrl(URL)),
        ({"command": "sendimgurl", "url": URL, "display_time": 2.5}, SendImageUrl(URL, 2.5)),
        ({"command": "ack", "bot_id": "b", "message": "hello"}, Courtesy()),
        ({"type": "ack"}, Courtesy()),
    ],
)  # fmt: skip
def test_commands_are_read_in_every_spelling(message: dict[str, Any], expected: object) -> None:
    """Whatever is left out has the value that is usual; a message may come as text or bytes."""
    assert read_command(json.dumps(message)) == expected
    assert read_command(json.dumps(message).encode()) == expected


@pytest.mark.parametrize(
    ("message", "problem", "command"),
    [
        (b"\x00\x01\xff", "The message is not JSON.", ""),
        ("[" * 100_000, "The message is not JSON.", ""),
        ("[]", "The message is not a JSON object.", ""),
        ("{}", "The message has no command.", ""),
        ('{"command": 7}', "The message has no command.", ""),
        ('{"command": "dance"}', "The command is unknown; known: sendaudio, sendmsg, sendchat, interrupt, sendimg, sendimg_url.", "dance"),
        (audio(audiochunk=None), "audiochunk must be a text in base64.", "sendaudio"),
        (audio(audiochunk="?"), "audiochunk is not base64.", "sendaudio"),
        (audio(audiochunk="é"), "audiochunk is not base64.", "sendaudio"),
        (audio(audiochunk=""), "audiochunk must not be empty.", "sendaudio"),
        (audio(audiochunk=base64_of(b"abc")), "audiochunk must be whole samples of 2 bytes.", "sendaudio"),
        (audio(audiochunk=base64_of(b"ab"), channels=2), "audiochunk must be whole samples of 4 bytes.", "sendaudio"),
        (audio(audiochunk=base64_of(bytes(16_002 * 30)), sample_rate=8000), "audiochunk must be at most 30 s of sound.", "sendaudio"),
        (audio(encoding="mp3"), "encoding must be pcm16.", "sendaudio"),
        (audio(encoding=16), "encoding must be a text.", "sendaudio"),
        (audio(endianness="middle"), "endianness must be little or big.", "sendaudio"),
        (audio(channels=6), "channels must be 1 or 2.", "sendaudio"),
        (audio(channels=True), "channels must be a whole number.", "sendaudio"),
        (audio(sample_rate=7999), "sample_rate must be 8000 to 96000.", "sendaudio"),
        (audio(sample_rate=44100.5), "sample_rate must be a whole number.", "sendaudio"),
        (audio(sample_rate=float("nan")), "sample_rate must be a whole number.", "sendaudio"),
        (audio(sample_rate=float("inf")), "sample_rate must be a whole number.", "sendaudio"),
        (audio(sample_rate="fast"), "sample_rate must be a whole number.", "sendaudio"),
        ('{"command": "sendmsg"}', "message must not be empty.", "sendmsg"),
        ('{"command": "sendmsg", "message": ["a"]}', "message must be a text.", "sendmsg"),
        ('{"command": "sendmsg", "message": "a\\u0000b"}', "message must have no control characters.", "sendmsg"),
        ('{"command": "sendmsg", "message": "\\ud800"}', "message must have no control characters.", "sendmsg"),
        (json.dumps({"command": "sendmsg", "message": "a" * 4097}), "message must have at most 4096 characters.", "sendmsg"),
        ('{"command": "sendchat", "role": "system", "text": "a"}', "role must be assistant or user.", "sendchat"),
        ('{"command": "sendchat", "text": "a", "is_final": "yes"}', "is_final must be true or false.", "sendchat"),
        ('{"command": "interrupt", "action": "dance"}', "action must be clear_audio_queue.", "interrupt"),
        ('{"command": "sendimg"}', "img must be a text in base64.", "sendimg"),
        ('{"command": "sendimg_url", "img_url": "file:///etc/passwd"}', "img_url must be an http or https URL.", "sendimg_url"),
        ('{"command": "sendimg_url"}', "img_url must not be empty.", "sendimg_url"),
        (json.dumps({"command": "sendimg_url", "img_url": URL, "display_time": 0}), "display_duration must be a number of seconds, at most a day.", "sendimg_url"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_a_sentence(message: str | bytes, problem: str, command: str) -> None:
    """With the command's name where it had one, and without what it held."""
    with pytest.raises(MalformedCommand) as refused:
        read_command(message)
    assert (str(refused.value), refused.value.command) == (problem, command)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = st.sampled_from(
    [
        "audiochunk",
        "sample_rate",
        "encoding",
        "channels",
        "endianness",
        "message",
        "msg",
        "role",
        "text",
        "is_final",
        "action",
        "img",
        "img_url",
        "display_time",
        "bot_id",
    ]
)
_COMMANDS = ["sendaudio", "sendmsg", "sendchat", "interrupt", "sendimg", "sendimg_url", "ack", "?"]


def _complaint(message: str | bytes) -> str | None:
    try:
        read_command(message)
    except MalformedCommand as problem:
        return str(problem)
    return None


@given(st.sampled_from(_COMMANDS), st.dictionaries(_FIELDS, _VALUES, max_size=6))
def test_any_fields_are_a_command_or_are_refused(command: str, fields: dict[str, Any]) -> None:
    """Nothing else is raised, whatever the types."""
    complaint = _complaint(json.dumps({"command": command, **fields}))
    assert complaint is None or complaint.endswith(".")


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_message_is_a_command_or_is_refused(message: str | bytes) -> None:
    """Garbage too."""
    assert _complaint(message) != ""


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=50), st.sampled_from(["little", "big"]))
def test_sound_survives_the_wire(samples: list[int], endianness: str) -> None:
    """In both orders of bytes."""
    data = np.array(samples, "<i2" if endianness == "little" else ">i2").tobytes()
    assert heard(audio(audiochunk=base64_of(data), endianness=endianness))[0] == samples


def test_what_is_told_is_as_the_golden_files_say() -> None:
    """A message of the chat, an event of a participant's, an error."""
    at = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
    moved = SpeakingMoved(
        action="start", at=at, participant_id="16778240", name="Zoë Ångström", recorded_s=12.5
    )
    body = participant_body(moved, bot_id="b-1", platform="Zoom", custom_attributes={"team": "sales"})
    told = {
        "usermsg": user_message_text(
            "b-1", message_id="m-1", text="Schön!", sender_id="16778240", sender_name="Zoë Ångström", at=at
        ),
        "participant_event": participant_event_text("b-1", body),
        "error": error_text("b-1", "img is not base64.", "sendimg"),
        "error_without_command": error_text("b-1", "The message is not JSON."),
    }
    golden = json.loads((GOLDEN / "control_messages.json").read_text("utf-8"))
    assert {name: json.loads(text) for name, text in told.items()} == golden
    assert all("\n" not in text for text in told.values())
