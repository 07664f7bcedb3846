"""The practice meeting's page read by its tiles alone, as when its socket says nothing that is known."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from roomtone.practice.command import DEMO_SCRIPT
from roomtone.practice.script_parser import load_script
from roomtone.practice.server import PracticeServer
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.browser.page_reads import read_page
from roomtone.session.capture.model import ActiveSpeakers, ParticipantJoined, ParticipantLeft, TrackOwner
from roomtone.session.platforms.practice import driver
from roomtone.session.platforms.practice.signals import PracticeSignals

pytestmark = pytest.mark.browser

SIGNALS = Path(driver.__file__).with_name("signals.js")
DEAF = """
globalThis.told = [];
globalThis.__roomtone = { send: (message) => told.push(message) };
globalThis.__roomtoneSockets = { onEvent() {} };
"""


def is_told(said: list[object]) -> bool:
    """Whether somebody has left, and somebody spoke and was silent."""
    speakers = {one.participant_ids for one in said if isinstance(one, ActiveSpeakers)}
    return len(speakers) == 2 and any(isinstance(one, ParticipantLeft) for one in said)


async def test_the_tiles_tell_who_is_there_and_who_speaks(tmp_path: Path):
    """Without a word of the socket: the roster, the bot itself, whose streams they are, who speaks, who leaves."""
    script = {
        "title": "Tiles",
        "clock": "bot_admitted",
        "participants": [
            {
                "name": "Ada",
                "host": True,
                "says": [{"at_s": 1.0, "file": str(DEMO_SCRIPT.parent / "numbers.flac")}],
            },
            {"name": "Grace", "leaves_s": 3.0},
        ],
    }
    path = tmp_path / "meeting.yaml"
    path.write_text(yaml.safe_dump(script))
    options = BrowserOptions(init_scripts=(DEAF, SIGNALS.read_text()))
    async with PracticeServer(load_script(path)) as server, open_browser(options) as browser:
        await browser.page.goto(server.url)
        await browser.page.fill("#name", "Roomtone")
        await browser.page.click("#join")
        await browser.page.wait_for_selector(".tile[data-self]")
        said: list[object] = []
        async with asyncio.timeout(30):
            while not is_told(said):
                await asyncio.sleep(0.1)
                signals = PracticeSignals("Roomtone")
                told = await read_page(browser.page, "told")
                said = [one for message in told for one in signals.read(message, 0.0)]
    people = {one.participant_id: one for one in said if isinstance(one, ParticipantJoined)}
    names = {one.name for one in people.values() if not one.is_self}
    (own,) = {one.participant_id for one in people.values() if one.is_self}
    assert names == {"Ada", "Grace"}
    (ada,) = {one.participant_id for one in people.values() if one.name == "Ada"}
    assert {one.participant_ids for one in said if isinstance(one, ActiveSpeakers)} == {(), (ada,)}
    assert [people[one.participant_id].name for one in said if isinstance(one, ParticipantLeft)] == ["Grace"]
    assert {one.participant_id for one in said if isinstance(one, TrackOwner)} >= {ada}
    assert own != ada
