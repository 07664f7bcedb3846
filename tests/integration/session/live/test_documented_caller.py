"""The program that ``docs/protocols/control-socket.md`` shows, run as it stands there, and the page's examples."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.integration.session.live.test_control_socket import SOMEBODY, controlled, until

from roomtone.bot.participant_events import participant_body
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved
from roomtone.session.live.control_messages import participant_event_text, user_message_text

PAGE = (Path(__file__).parents[4] / "docs" / "protocols" / "control-socket.md").read_text()


async def test_it_greets_repeats_speaks_and_falls_silent(tmp_path: Path) -> None:
    """Everything that it says is understood."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "speech.pcm").write_bytes(bytes(48_000 * 20))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", code, "0"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        async with controlled(int(line.split()[-1])) as control:
            done, tell = control.bot.done, control.socket.on_participant
            tell(ParticipantMoved(action="join", **SOMEBODY))
            await until(lambda: ("message", "Welcome, Ada!") in done)
            tell(ChatSaid(message_id="1", text="Hello", **SOMEBODY))
            await until(lambda: ("message", "Ada wrote: Hello") in done)
            tell(ChatSaid(message_id="2", text="speak", **SOMEBODY))
            await until(lambda: len(control.bot.said) >= 2)
            tell(SpeakingMoved(action="start", **SOMEBODY))
            await until(lambda: ("stop",) in done)
            assert control.socket.statistics.errors == 0
    finally:
        process.kill()
        await process.wait()


def test_the_pages_examples_are_what_is_sent() -> None:
    """But for the bot's id, which is cut short there."""
    shown = [
        json.loads(block.replace("5f0c...", "b"))
        for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    ]
    somebody: dict[str, Any] = {
        "at": datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC),
        "participant_id": "16778240",
        "name": "Ada Lovelace",
        "recorded_s": 12.5,
    }
    body = participant_body(
        SpeakingMoved(action="start", **somebody), bot_id="b", platform="Zoom", custom_attributes={}
    )
    message = user_message_text(
        "b",
        message_id="3EB0C767",
        text="Shall we begin?",
        sender_id="16778240",
        sender_name="Ada Lovelace",
        at=somebody["at"],
    )
    assert shown == [json.loads(message), json.loads(participant_event_text("b", body))]
