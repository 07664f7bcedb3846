"""Standard input as commands."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Leave, PauseRecording, to_line
from roomtone.session.command_reader import CommandReader
from roomtone.session.errors import NothingToDo

START = {
    "type": "start",
    "bot_id": "b",
    "directory": "/d",
    "request": {"meeting_link": "http://[::1]:1/practice/a"},
}


def reader(*lines: str, limit: int = 65536) -> CommandReader:
    """A reader of these lines and then the end."""
    stream = asyncio.StreamReader(limit=limit)
    stream.feed_data("".join(lines).encode())
    stream.feed_eof()
    return CommandReader(stream)


async def test_start_leave_and_the_end():
    """The first line starts, a later one leaves, then nothing comes."""
    commands = reader(json.dumps(START) + "\n", to_line(Leave(reason=EndReason.SERVICE_STOPPED)))
    assert (await commands.start()).bot_id == "b"
    assert await commands.next() == Leave(reason=EndReason.SERVICE_STOPPED)
    assert await commands.next() is None
    assert await commands.next() is None


async def test_standard_input_may_be_a_file(tmp_path):
    """A start command in a file is read; without one, as in /dev/null, it is said that there is none."""
    path = tmp_path / "start.json"
    path.write_text(json.dumps(START) + "\n")
    with path.open("rb") as file:
        commands = await CommandReader.of_pipe(file)
        assert (await commands.start()).bot_id == "b"
        assert await commands.next() is None
    with open(os.devnull, "rb") as nothing:  # noqa: ASYNC230, PTH123  it has nothing to wait for
        commands = await CommandReader.of_pipe(nothing)
        with pytest.raises(NothingToDo):
            await commands.start()


async def test_what_is_no_command_is_skipped():
    """Nonsense, commands of a later version and lines beyond the limit change nothing; the rest comes in order."""
    lines = (
        "nonsense\n",
        '{"type":"dance"}\n',
        to_line(PauseRecording(command_id="1")),
        "x" * 5000 + "\n",
        to_line(Leave()),
    )
    commands = reader(*lines, limit=1000)
    assert [await commands.next() for _ in range(3)] == [PauseRecording(command_id="1"), Leave(), None]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "JSON"),
        ("{}\n", "type"),
        (to_line(Leave()), "another command"),
        (
            json.dumps({**START, "request": {"meeting_link": "https://meet.google.com/abc-defg-hij"}}) + "\n",
            "not supported",
        ),
        (json.dumps({**START, "request": {"meeting_link": "secret-link"}}) + "\n", "request.meeting_link"),
        ("x" * 70000 + "\n", "too long"),
    ],
)
async def test_a_first_line_that_is_no_start(line, words):
    """The error says where it went wrong, and never repeats what was sent."""
    with pytest.raises(NothingToDo, match=words) as raised:
        await reader(line).start()
    assert "secret-link" not in str(raised.value)
