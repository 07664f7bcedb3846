"""The bot's picture: what its camera shows, for how long, and what is done where it has no camera."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from roomtone.session.browser.errors import PageSilent
from roomtone.session.picture_fetch import PictureUnusable, read_picture
from roomtone.session.platforms.errors import NotPossible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from roomtone.session.page_hands import PageHands

OWN_TRIES_S = (0.0, 3.0, 10.0)
"""Pauses before each try to show the bot's own picture: a client may have its camera ready only later."""

log = structlog.get_logger(__name__)


class BotPicture:
    """What the bot's camera shows; without a picture there is no camera.

    Its coroutines may be called concurrently; they take their turns.

    Args:
        hands: On the meeting's page.
        fetch: Gives the picture behind a link as a data URL; raises ``PictureUnusable``.
        own_url: ``bot_image_url``: shown whenever nothing else is; None: then the camera is off.
        warn: Told a code and a sentence when the own picture cannot be shown.
        now_s: A clock.
        own_tries_s: See `OWN_TRIES_S`.
    """

    def __init__(
        self,
        hands: PageHands,
        fetch: Callable[[str], Awaitable[str]],
        own_url: str | None,
        warn: Callable[[str, str], None],
        now_s: Callable[[], float] = time.monotonic,
        own_tries_s: tuple[float, ...] = OWN_TRIES_S,
    ) -> None:
        self._hands = hands
        self._fetch = fetch
        self._own_url = own_url
        self._warn = warn
        self._now_s = now_s
        self._own_tries_s = own_tries_s
        self._own: str | None = None
        self._shown: str | None = None
        self._until_s: float | None = None
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._is_page_new = False

    def page_is_new(self) -> None:
        """The page's client was loaded anew, or let in anew, and may have forgotten what it showed."""
        self._is_page_new = True
        self._changed.set()

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Show a picture as the bot's camera; where that cannot be, put its link into the chat.

        Args:
            url: Of the picture.
            display_s: Then the camera goes back to the bot's own picture, or off; None: until the next one.

        Raises:
            NotPossible: If it is no picture that can be shown, or neither camera nor chat can be used.
            PageSilent: If the page does not answer in time.
        """
        try:
            picture = await self._fetch(url)
        except PictureUnusable as problem:
            raise NotPossible(str(problem)) from None
        try:
            await self._show_for(picture, display_s)
        except (NotPossible, PageSilent) as problem:
            log.info("session.camera_not_shown", problem=str(problem))
            await self._instead(url, problem)

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """Show the picture in a file's bytes as the bot's camera.

        Args:
            data: A PNG, JPEG, WebP or GIF.
            display_s: As of `send_image`.

        Raises:
            NotPossible: If it is no picture that can be shown, or there is no camera.
            PageSilent: If the page does not answer in time.
        """
        try:
            picture = await read_picture(data)
        except PictureUnusable as problem:
            raise NotPossible(str(problem)) from None
        await self._show_for(picture, display_s)

    async def run(self) -> None:
        """Show the bot's own picture, and take others back when their time is over; a task of the session.

        To be run once the bot is in the meeting.
        """
        async with asyncio.TaskGroup() as tasks:
            if self._own_url is not None:
                tasks.create_task(self._show_own(self._own_url), name="bot-own-picture")
            await self._watch()

    async def _watch(self) -> None:
        while True:
            wait_s = None if self._until_s is None else max(0.0, self._until_s - self._now_s())
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                await self._take_back()
            self._changed.clear()
            if self._is_page_new:
                self._is_page_new = False
                await self._show_again()

    async def _show_again(self) -> None:
        async with self._turn:
            picture, self._shown = self._shown, None
            if picture is None:
                return
            try:
                await self._show(picture)
            except (NotPossible, PageSilent) as problem:
                self._warn("picture_not_shown", f"the bot's picture could not be shown again: {problem}")

    async def _show_own(self, url: str) -> None:
        problem: Exception | None = None
        try:
            own = await self._fetch(url)
        except PictureUnusable as unusable:
            self._warn("picture_not_shown", f"bot_image_url is not shown: {unusable}")
            return
        self._own = own
        for pause_s in self._own_tries_s:
            await asyncio.sleep(pause_s)
            async with self._turn:
                if self._shown is not None:
                    return  # another is shown, and is followed by this one
                try:
                    await self._show(own)
                except (NotPossible, PageSilent) as refused:
                    problem = refused
                else:
                    return
        self._warn("picture_not_shown", f"bot_image_url is not shown: {problem}")

    async def _show_for(self, picture: str, display_s: float | None) -> None:
        async with self._turn:
            await self._show(picture)
            self._until_s = None if display_s is None else self._now_s() + display_s
        self._changed.set()

    async def _take_back(self) -> None:
        async with self._turn:
            if self._until_s is None or self._now_s() < self._until_s:
                return  # another picture has come meanwhile
            self._until_s = None
            try:
                if self._own is not None:
                    await self._show(self._own)
                else:
                    await self._hide()
            except (NotPossible, PageSilent) as problem:
                self._warn("picture_not_shown", f"the picture could not be taken back: {problem}")

    async def _show(self, picture: str) -> None:
        before = self._shown
        await self._hands.set_picture(picture)
        if before is None:
            try:
                await self._hands.show_camera(on=True)
            except (NotPossible, PageSilent):
                await self._forget()
                raise
        self._shown = picture

    async def _hide(self) -> None:
        self._shown = None
        try:
            await self._hands.show_camera(on=False)
        finally:
            await self._forget()

    async def _forget(self) -> None:
        """A client that turns the camera on by itself later is not to find a picture."""
        try:
            await self._hands.set_picture(None)
        except (NotPossible, PageSilent) as problem:
            log.info("session.picture_not_forgotten", problem=str(problem))

    async def _instead(self, url: str, problem: Exception) -> None:
        try:
            await self._hands.send_message(url)
        except NotPossible as other:
            raise NotPossible(
                f"the picture can be shown neither as camera ({problem}) nor in the chat ({other})"
            ) from None
