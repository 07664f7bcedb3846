"""What the bot does in the meeting besides listening: its message, its picture, what it is asked to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.bot_picture import BotPicture
from roomtone.session.bot_voice import BotVoice
from roomtone.session.browser.errors import PageSilent
from roomtone.session.page_hands import PageHands
from roomtone.session.picture_fetch import fetch_picture
from roomtone.session.platforms.errors import NotPossible, Unconfirmed
from roomtone.session.voice_file import take_samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

    from roomtone.bot.session_protocol import Start
    from roomtone.session.bot_voice import VoiceLine
    from roomtone.session.capture.model import Samples
    from roomtone.session.platforms.base import PlatformDriver

MESSAGE_TRIES_S = (0.0, 3.0, 10.0, 30.0)
"""Pauses before each try to send the bot's message: a chat may be opened some time after the bot has come."""


log = structlog.get_logger(__name__)


class Presence:
    """The bot as others in the meeting meet it; used on one event loop.

    Args:
        start: What was asked for.
        driver: The platform's.
        line: To the microphone in the page.
        notice: Told a code and a sentence for what could not be done; nothing of it ends the stay.
        message_tries_s: See `MESSAGE_TRIES_S`.

    Attributes:
        hands: On the meeting's page: ``send_message`` and ``show_camera``.
        picture: What the bot's camera shows: ``send_image``.
        voice: What the bot says.
    """

    def __init__(
        self,
        start: Start,
        driver: PlatformDriver,
        line: VoiceLine,
        notice: Callable[[str, str], None],
        message_tries_s: tuple[float, ...] = MESSAGE_TRIES_S,
    ) -> None:
        self._message = start.request.bot_message
        self._notice = notice
        self._message_tries_s = message_tries_s
        policy = AddressPolicy.of(allow_private=start.allow_private_networks, networks=start.allowed_networks)
        self.hands = PageHands(driver)
        self.picture = BotPicture(
            self.hands,
            lambda url: fetch_picture(url, policy),
            start.request.bot_image_url,
            notice,
        )
        self.voice = BotVoice(self.hands, line, notice)

    async def run(self, page: Page) -> None:
        """From admission to the end of the stay; a task of the session."""
        self.hands.take(page)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.picture.run(), name="bot-picture")
                tasks.create_task(self.voice.run(), name="bot-voice")
                if self._message:
                    tasks.create_task(self._greet(self._message), name="bot-message")
        except Exception:
            # The boundary of what is an extra: the meeting goes on being recorded.
            log.exception("session.presence_failed")
        finally:
            self.hands.let_go()

    async def send_message(self, text: str) -> None:
        """Write to everybody in the meeting's chat. Raises ``NotPossible`` and ``PageSilent``."""
        await self.hands.send_message(text)

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Show a picture; see ``BotPicture.send_image``. Raises ``NotPossible`` and ``PageSilent``."""
        await self.picture.send_image(url, display_s)

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """Show a picture; see ``BotPicture.show_picture``. Raises ``NotPossible`` and ``PageSilent``."""
        await self.picture.show_picture(data, display_s)

    def speak(self, samples: Samples) -> None:
        """Say this after what waits to be said already; never waits.

        Args:
            samples: At most 30 s with what waits.

        Raises:
            NotPossible: If there is no room, or the bot is not in the meeting; the text is for the customer.
        """
        self.voice.speak(samples)

    def stop_speaking(self) -> None:
        """Be silent at once and forget what waits to be said; nothing when nothing is."""
        self.voice.stop_speaking()

    async def say_file(self, path: str) -> None:
        """Say what a file holds, and wait until the microphone is open for it.

        Args:
            path: As of ``Speak.path``; the file is deleted.

        Raises:
            NotPossible: As of `speak`; or the file holds no such sound, or the meeting does not let the bot.
            PageSilent: If the page does not answer in time.
        """
        await self.voice.say(await asyncio.to_thread(take_samples, path))

    def admitted_again(self) -> None:
        """The bot was let in again, or its page was loaded anew."""
        self.picture.page_is_new()
        self.voice.page_is_new()

    async def _greet(self, message: str) -> None:
        problem: Exception | None = None
        for pause_s in self._message_tries_s:
            await asyncio.sleep(pause_s)
            try:
                await self.hands.send_message(message)
            except Unconfirmed as unconfirmed:
                problem = unconfirmed
                break
            except (NotPossible, PageSilent) as refused:
                log.info("session.message_refused", problem=str(refused))
                problem = refused
            else:
                return
        self._notice("message_not_sent", f"bot_message was not sent: {problem}")
