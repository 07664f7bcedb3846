"""The caller of a staged bot: speaks on time, keeps what comes back, goes on after a break."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect

from roomtone.staging.control_caller import ControlCaller
from roomtone.staging.control_script import TimedMessage

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S = 3600.0
READY = json.dumps({"type": "ready", "bot_id": "b-1", "message": "Ready to receive messages"})


def message(at_s: float, text: str, step: int) -> TimedMessage:
    """One ``sendmsg``."""
    return TimedMessage(at_s, "sendmsg", json.dumps({"command": "sendmsg", "message": text}), step)


async def test_messages_are_said_on_time_and_everything_is_kept(tmp_path: Path) -> None:
    """Counted from the first ready; what waits during a break is said afterwards."""
    journal = tmp_path / "control.jsonl"
    messages = [message(0.1, "one", 0), message(0.2, "x" * 500, 1), message(HOUR_S, "three", 2)]
    leap_s = 0.0
    async with asyncio.timeout(60), ControlCaller(messages, journal, lambda: time.time() + leap_s) as caller:
        url = caller.url.replace("{bot_id}", "b-1")
        async with connect(url) as bot:
            await bot.send(READY)
            assert json.loads(await bot.recv())["command"] == "ack"
            assert json.loads(await bot.recv())["message"] == "one"
            await bot.recv()
        leap_s = HOUR_S
        async with connect(url) as bot:
            await bot.send(READY)
            await bot.recv()
            assert json.loads(await bot.recv())["message"] == "three"
            await bot.send(json.dumps({"command": "usermsg", "message": "hi"}))
            await bot.send("garbage")
        figures = caller.figures()
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    sent = [line for line in lines if "sent_s" in line]
    assert [line["message"]["message"] for line in sent] == [
        "one",
        "xxxxxxxxxxxxxxxxxxxx... (500 characters)",
        "three",
    ]
    for line, asked in zip(sent, (0.1, 0.2, HOUR_S), strict=True):
        assert line["at_s"] >= asked
    assert figures["came"] == {"ready": 2, "unreadable": 1, "usermsg": 1}
    assert figures["close_codes"] == [1000, 1000]
    assert figures["bot_ids"] == ["b-1"]
    assert (figures["messages"], figures["not_sent"]) == (3, 0)
    assert [one["command"] for one in figures["sent"]] == ["sendmsg"] * 3
