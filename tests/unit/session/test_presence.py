"""What the bot does by itself once it is in the meeting, on a driver that follows a script."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import Start
from roomtone.session.browser.errors import PageSilent
from roomtone.session.page_hands import PageHands
from roomtone.session.platforms.errors import NotPossible, Unconfirmed
from roomtone.session.presence import Presence

if TYPE_CHECKING:
    from playwright.async_api import Page

    from roomtone.session.bot_voice import VoiceLine
    from roomtone.session.platforms.base import PlatformDriver

PAGE = cast("Page", object())


class ChattingDriver:
    """A chat that answers each try as told, and then lets messages through."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.tries = 0
        self.said: list[str] = []

    async def send_message(self, _page: Any, text: str) -> None:
        """Refuse, or take it."""
        self.tries += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.said.append(text)


async def greet(driver: ChattingDriver, message: str | None = "Hello") -> list[str]:
    """Be in the meeting until nothing more happens; gives the notices."""
    notices: list[str] = []
    request = BotRequest(meeting_link="http://127.0.0.1:1/practice/a", bot_message=message)
    presence = Presence(
        Start(bot_id="b", request=request, directory="/nowhere"),
        cast("PlatformDriver", driver),
        cast("VoiceLine", None),
        lambda code, text: notices.append(f"{code}: {text}"),
        message_tries_s=(0.0, 0.0, 0.0),
    )
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(presence.run(PAGE), name="presence")
        for _ in range(50):
            await asyncio.sleep(0)
        run.cancel()
    with pytest.raises(NotPossible):
        await presence.hands.send_message("too late")
    return notices


async def test_the_message_is_sent_once() -> None:
    """At once where the chat is open."""
    driver = ChattingDriver()
    assert await greet(driver) == []
    assert (driver.said, driver.tries) == (["Hello"], 1)


async def test_without_a_message_nothing_is_said() -> None:
    """The bot is silent."""
    driver = ChattingDriver()
    assert await greet(driver, None) == []
    assert driver.tries == 0


async def test_a_chat_that_opens_late_is_waited_for() -> None:
    """A page that does not answer too."""
    driver = ChattingDriver(NotPossible("closed"), PageSilent("busy"))
    assert await greet(driver) == []
    assert driver.said == ["Hello"]


async def test_a_chat_that_stays_closed_is_told() -> None:
    """With the last reason, once."""
    driver = ChattingDriver(*[NotPossible("the host has closed the chat")] * 3)
    (notice,) = await greet(driver)
    assert notice == "message_not_sent: bot_message was not sent: the host has closed the chat"
    assert driver.tries == 3


async def test_what_may_have_been_sent_is_not_sent_again() -> None:
    """Nobody is greeted twice."""
    driver = ChattingDriver(Unconfirmed("not seen"))
    (notice,) = await greet(driver)
    assert "not seen" in notice
    assert driver.tries == 1


async def test_who_leaves_lets_go_of_the_page() -> None:
    """What is being done is broken off, what waits for its turn is refused."""

    class Slow(ChattingDriver):
        async def send_message(self, _page: Any, text: str) -> None:
            """Take for ever."""
            await asyncio.sleep(3600)
            self.said.append(text)

    driver = Slow()
    hands = PageHands(cast("PlatformDriver", driver))
    hands.take(PAGE)

    async def refused(text: str) -> None:
        with pytest.raises(NotPossible):
            await hands.send_message(text)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for text in ("first", "second"):
            tasks.create_task(refused(text), name=text)
        await asyncio.sleep(0.01)
        assert hands.turn.locked()
        hands.let_go()
    assert driver.said == []
