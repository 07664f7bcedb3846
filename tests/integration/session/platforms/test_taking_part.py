"""The bot writes into a practice meeting's chat and shows a picture, and another guest's browser sees both."""

from __future__ import annotations

import asyncio
import base64
import io
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from PIL import Image

from roomtone.practice.script_parser import load_script
from roomtone.practice.server import PracticeServer
from roomtone.session import arrival
from roomtone.session.bot_picture import BotPicture
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.page_hands import PageHands
from roomtone.session.picture_fetch import camera_picture
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.practice.driver import PracticeDriver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

pytestmark = pytest.mark.browser

CAMERA = (Path(arrival.__file__).parent / "browser" / "js" / "bot_camera.js").read_text()
RED = (220, 30, 30)
SEEN_PIXEL = """(name) => {
  const tile = [...document.querySelectorAll(".tile")].find(
    (one) => one.querySelector(".tile-name").textContent === name);
  const video = tile?.dataset.camera === "true" ? tile.querySelector("video") : null;
  if (!video?.videoWidth) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}"""
CHAT = """() => [...document.querySelectorAll(".chat-message")].map(
  (line) => [line.querySelector(".chat-name").textContent, line.querySelector(".chat-text").textContent])"""


def red_picture() -> str:
    """A red picture as the camera takes it."""
    file = io.BytesIO()
    Image.new("RGB", (320, 180), RED).save(file, "PNG")
    return "data:image/jpeg;base64," + base64.b64encode(camera_picture(file.getvalue())).decode()


async def join(page: Page, url: str, name: str) -> None:
    """Come into the meeting."""
    await page.goto(url)
    await page.fill("#name", name)
    await page.click("#join")
    await page.wait_for_selector("#call:not([hidden])")


async def seen_soon(page: Page, expected: tuple[int, int, int] | None) -> None:
    """Wait until the bot's tile has this colour in its middle; None: until its camera is off."""
    for _ in range(150):
        pixel = await page.evaluate(SEEN_PIXEL, "Roomtone")
        if pixel is None and expected is None:
            return
        if pixel and expected and all(abs(a - b) < 40 for a, b in zip(pixel, expected, strict=True)):
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"the bot's tile shows {pixel}")


@asynccontextmanager
async def meeting(tmp_path: Path) -> AsyncIterator[tuple[Page, Page]]:
    """The bot's page and another guest's, both in one meeting."""
    path = tmp_path / "meeting.yaml"
    path.write_text(
        yaml.safe_dump({"title": "Seen", "bot": "Roomtone", "participants": [{"name": "Ada", "host": True}]})
    )
    options = BrowserOptions(init_scripts=(CAMERA,))
    async with PracticeServer(load_script(path)) as server, open_browser(options) as browser:
        bot, other = browser.page, await browser.context.new_page()
        await join(bot, server.url, "Roomtone")
        await join(other, server.url, "Grace")
        yield bot, other


async def test_others_see_the_message_and_the_picture(tmp_path: Path) -> None:
    """A message of two lines arrives in one; the picture comes, is taken back, and the camera is off again."""
    async with meeting(tmp_path) as (bot, other):
        hands = PageHands(PracticeDriver())
        hands.take(bot)
        await hands.send_message("Hello all,\nthis is recorded: <b>kindly</b>")
        assert ["Roomtone", "Hello all, this is recorded: <b>kindly</b>"] in await other.evaluate(CHAT)

        async def fetch(_url: str) -> str:
            return red_picture()

        picture = BotPicture(hands, fetch, None, lambda *_: None)
        assert await bot.get_attribute("#camera", "aria-pressed") == "false"
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(picture.run(), name="picture")
            await picture.send_image("http://pictures/red.png", 4.0)
            await seen_soon(other, RED)
            assert await bot.get_attribute("#microphone", "aria-pressed") == "false"
            await seen_soon(other, None)
            run.cancel()
        hands.let_go()
        with pytest.raises(NotPossible, match="not in the meeting"):
            await hands.send_message("too late")
