"""A list of messages with times, as it is sent to a staged bot."""

from __future__ import annotations

import base64
import json
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roomtone.staging.control_script import read_control_file
from roomtone.staging.errors import InvalidControlFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a clip of 1.2 s and a picture."""
    with wave.open(str(tmp_path / "clip.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((np.arange(57_600) % 1000).astype("<i2").tobytes())
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    return tmp_path


def read(folder: Path, text: str) -> list[tuple[float, str, dict[str, object]]]:
    """Times, commands and fields."""
    (folder / "control.yaml").write_text(text)
    messages = read_control_file(folder / "control.yaml")
    return [(round(one.at_s, 3), one.command, json.loads(one.text)) for one in messages]


def test_a_clip_is_cut_and_paced_and_a_picture_is_read(folder: Path) -> None:
    """In the order of their times; other fields go as they are."""
    text = """
    control:
      - {at_s: 8, command: sendaudio, file: clip.wav, bot_id: b}
      - {at_s: 5, command: sendmsg, message: hello}
      - {at_s: 9, command: sendimg, file: a.png}
    """
    messages = read(folder, text)
    assert [(at_s, command) for at_s, command, _ in messages] == [
        (5.0, "sendmsg"),
        (8.0, "sendaudio"),
        (8.4, "sendaudio"),
        (8.8, "sendaudio"),
        (9.0, "sendimg"),
    ]
    assert messages[0][2] == {"command": "sendmsg", "message": "hello"}
    assert messages[-1][2] == {"command": "sendimg", "img": base64.b64encode(b"\x89PNG").decode()}
    pieces = [
        base64.b64decode(str(fields["audiochunk"])) for _, name, fields in messages if name == "sendaudio"
    ]
    assert [len(piece) for piece in pieces] == [48_000, 48_000, 19_200]
    heard = np.frombuffer(b"".join(pieces), "<i2").astype(int)
    assert np.abs(heard - np.arange(57_600) % 1000).max() <= 1
    assert messages[1][2]["bot_id"] == "b"


def test_an_interruption_ends_the_clip_that_is_being_sent(folder: Path) -> None:
    """What is sent of the clip after it; a later clip is another one."""
    text = """
    - {at_s: 1, command: sendaudio, file: clip.wav}
    - {at_s: 1.6, command: interrupt}
    - {at_s: 1.7, command: sendaudio, file: clip.wav}
    """
    assert [(at_s, command) for at_s, command, _ in read(folder, text)] == [
        (1.0, "sendaudio"), (1.4, "sendaudio"), (1.6, "interrupt"), (1.7, "sendaudio"), (2.1, "sendaudio"), (2.5, "sendaudio"),
    ]  # fmt: skip


def test_a_raw_text_is_sent_as_it_stands(folder: Path) -> None:
    """Also one that is no message."""
    (folder / "control.yaml").write_text("[{at_s: 1, raw: '{oops'}]")
    (message,) = read_control_file(folder / "control.yaml")
    assert (message.command, message.text) == ("raw", "{oops")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("control: 7", "must hold a list"),
        ("{", "is not YAML"),
        ("[7]", r"control\[0\] must be a mapping"),
        ("[{command: sendmsg}]", r"control\[0\].at_s must be"),
        ("[{at_s: -1, command: sendmsg}]", r"control\[0\].at_s must be"),
        ("[{at_s: 1}]", r"control\[0\].command must be"),
        ("[{at_s: 1, command: sendaudio, file: none.wav}]", r"control\[0\].file: there is no file"),
        ("[{at_s: 1, command: sendaudio, file: a.png}]", r"control\[0\].file: "),
        ("[{at_s: 1, command: sendmsg, file: a.png}]", r"control\[0\].file is for"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(folder: Path, text: str, problem: str) -> None:
    """Before anything is started."""
    with pytest.raises(InvalidControlFile, match=problem):
        read(folder, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Not as a traceback."""
    with pytest.raises(InvalidControlFile, match="cannot read"):
        read_control_file(tmp_path / "none.yaml")
