"""``roomtone join``: a person records one meeting."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import av
import pytest
import yaml
from tests.quiet_machine import in_time

from roomtone.practice.command import DEMO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SCRIPT = {
    "client": "practice",
    "title": "Small talk",
    "clock": "bot_admitted",
    "participants": [
        {"name": "Grace Hopper", "says": [{"at_s": 1.0, "file": str(DEMO_SCRIPT.parent / "numbers.flac")}]}
    ],
    "ends": {"at_s": 60.0, "how": "ended"},
}


@contextlib.asynccontextmanager
async def meeting(tmp_path: Path) -> AsyncIterator[str]:
    """A meeting of a minute; gives its link."""
    path = tmp_path / "meeting.yaml"
    path.write_text(yaml.safe_dump(SCRIPT))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "roomtone", "practice", "--script", str(path), "--port", "0", "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield str(json.loads(await process.stdout.readline())["url"])
    finally:
        process.kill()
        await process.communicate()


async def until_said(errors: asyncio.StreamReader, words: bytes) -> None:
    """Read until a line has these words."""
    async with asyncio.timeout(60):
        while words not in (line := await errors.readline()):
            assert line, f"it ended and did not say {words.decode()!r}"


@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize("interrupts", [1, 2])
async def test_an_interrupt_ends_the_recording_and_the_files_are_finished(tmp_path, interrupts):
    """One Ctrl-C leaves politely and succeeds; two kill the bot, and still what was recorded is finished.

    A transcript is made of a stay that ended well, with the speaker's name.
    """
    output = tmp_path / "recording"
    asked = ("--transcript", "local")
    async with meeting(tmp_path) as link:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "roomtone", "join", link, "--output", str(output), *asked),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        await until_said(process.stderr, b"recording sound and picture")
        began_s = time.monotonic()
        await asyncio.sleep(4)
        process.send_signal(signal.SIGINT)
        # Two signals that come before the first one is taken are one.
        await until_said(process.stderr, b"leaving; Ctrl-C again to stop at once")
        if interrupts == 2:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(90):
            said, errors = await process.communicate()
    took_s = time.monotonic() - began_s
    assert process.returncode == interrupts - 1, errors.decode()
    for name in ("audio.mp3", "video.mp4"):
        assert str(output / name) in said.decode()
        with av.open(str(output / name)) as container:
            assert 2.5 < (container.duration or 0) / 1e6 < min(took_s + 1, 30)
            assert in_time((container.duration or 0) / 1e6, 6)
    assert (output / "participants.jsonl").exists() is (interrupts == 1)
    assert (str(output / "transcript.md") in said.decode()) is (interrupts == 1)
    if interrupts == 1:
        assert "**Grace Hopper** (00:00:0" in (output / "transcript.md").read_text()
        turns = json.loads((output / "transcript.json").read_text())
        assert {turn["speaker"] for turn in turns} == {"Grace Hopper"}
    assert (b"sound heard: webrtc" in errors) is (interrupts == 1)


@pytest.mark.browser
def test_a_meeting_that_is_not_there(tmp_path, unused_tcp_port):
    """Without a way in the exit code is 1, with the reason in a sentence and the place of log and screenshots."""
    command = [sys.executable, "-m", "roomtone", "join", f"http://127.0.0.1:{unused_tcp_port}/practice/a"]
    said = subprocess.run(
        [*command, "--output", str(tmp_path / "out"), "--no-video"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 1
    assert said.stdout == ""
    assert "The meeting page could not be reached" in said.stderr.splitlines()[-1]
    assert "log and screenshots: " in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["not-a-link"], "LINK"),
        (["https://meet.google.com/abc-defg-hij"], "LINK: Google Meet meetings are not supported"),
        (["http://127.0.0.1:9/practice/a", "--live", "http://x"], "--live"),
        (["http://127.0.0.1:9/practice/a", "--name", " "], "--name"),
        (["http://127.0.0.1:9/practice/a", "--output", "/proc/nowhere"], "--output"),
        (["http://127.0.0.1:9/practice/a", "--output", "/proc"], "--output"),
        (["http://127.0.0.1:9/practice/a", "--output", "/etc/passwd"], "--output"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments, words):
    """What cannot be served is told in one line that names the argument."""
    command = [sys.executable, "-m", "roomtone", "join", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) == 1
    assert words in said.stderr


def test_a_recording_is_never_written_over(tmp_path):
    """A folder that holds a recording is refused."""
    (tmp_path / "video.mp4").write_bytes(b"precious")
    command = [
        sys.executable,
        "-m",
        "roomtone",
        "join",
        "http://127.0.0.1:9/practice/a",
        "--output",
        str(tmp_path),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert said.returncode == 1
    assert "choose another folder" in said.stderr
    assert (tmp_path / "video.mp4").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        (
            "nobody",
            "--transcript: there is no 'nobody'; there are assemblyai, deepgram, jigsawstack, local, meeting_captions, ",
        ),
        ("local_streaming", "--transcript: there is no 'local_streaming'; there are assemblyai, "),
        ("deepgram", "--transcript: no key for deepgram; set ROOMTONE_DEEPGRAM_API_KEY\n"),
        (
            "openai_compatible",
            "--transcript: no key for openai_compatible; set ROOMTONE_OPENAI_API_KEY, or ROOMTONE_OPENAI_BASE_URL\n",
        ),
    ],
)
def test_a_transcript_that_cannot_be_made_is_refused_before_the_meeting(tmp_path, provider, told):
    """Nothing is recorded, and no folder made, for a provider that is not there or has no key."""
    command = [sys.executable, "-m", "roomtone", "join", "http://127.0.0.1:9/practice/a"]
    said = subprocess.run(
        [*command, "--output", str(tmp_path / "out"), "--transcript", provider],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode != 0
    assert told in said.stderr
    assert not (tmp_path / "out").exists()
