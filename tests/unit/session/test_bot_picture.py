"""What the bot's camera shows, on hands that only take notes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest

from roomtone.session.bot_picture import BotPicture
from roomtone.session.picture_fetch import PictureUnusable
from roomtone.session.platforms.errors import NotPossible

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roomtone.session.page_hands import PageHands


class NotingHands:
    """A page with a camera and a chat, or without."""

    def __init__(self, *, camera: bool = True, chat: bool = True, refusals: int = 0) -> None:
        self.camera = camera
        self.refusals = refusals
        self.chat = chat
        self.did: list[str] = []

    async def set_picture(self, data_url: str | None) -> None:
        """Note the picture."""
        self.did.append(f"picture {data_url}")

    async def show_camera(self, *, on: bool) -> None:
        """Note the press, where there is a camera."""
        if not self.camera:
            raise NotPossible("no camera here")
        if self.refusals > 0:
            self.refusals -= 1
            raise NotPossible("not ready")
        self.did.append("on" if on else "off")

    async def send_message(self, text: str) -> None:
        """Note the message, where there is a chat."""
        if not self.chat:
            raise NotPossible("no chat here")
        self.did.append(f"said {text}")


class Scene:
    """A bot's picture, its hands, and a clock that goes on by hand."""

    def __init__(self, hands: NotingHands, own_url: str | None = None) -> None:
        self.hands = hands
        self.now_s = 0.0
        self.warned: list[str] = []
        self.picture = BotPicture(
            cast("PageHands", hands),
            self._fetch,
            own_url,
            lambda code, _: self.warned.append(code),
            now_s=lambda: self.now_s,
            own_tries_s=(0.0, 0.0, 0.0),
        )

    async def _fetch(self, url: str) -> str:
        if url == "broken":
            raise PictureUnusable("the link leads to no picture")
        return f"<{url}>"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the bot is in the meeting."""
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(self.picture.run(), name="run")
            await self.settle()
            yield
            run.cancel()

    async def settle(self) -> None:
        """Let everybody do what there is to be done."""
        for _ in range(20):
            await asyncio.sleep(0)


async def test_the_own_picture_is_shown_from_the_beginning() -> None:
    """The picture first, then the camera: nobody sees an empty one."""
    scene = Scene(NotingHands(), own_url="me")
    async with scene.running():
        assert scene.hands.did == ["picture <me>", "on"]


async def test_without_a_picture_there_is_no_camera() -> None:
    """Nothing is pressed."""
    scene = Scene(NotingHands())
    async with scene.running():
        assert scene.hands.did == []


async def test_a_sent_picture_is_taken_back_when_its_time_is_over() -> None:
    """The camera goes off again, and holds no picture then."""
    scene = Scene(NotingHands())
    async with scene.running():
        await scene.picture.send_image("slide", 5)
        assert scene.hands.did == ["picture <slide>", "on"]
        scene.now_s = 5.0
        scene.picture.page_is_new()  # looks at the clock anew
        await scene.settle()
        await asyncio.sleep(0.001)
        await scene.settle()
        assert scene.hands.did[-2:] == ["off", "picture None"]


async def test_the_own_picture_comes_back_after_a_sent_one() -> None:
    """The camera stays on all the time."""
    scene = Scene(NotingHands(), own_url="me")
    async with scene.running():
        await scene.picture.send_image("slide", 0)
        await asyncio.sleep(0.001)
        await scene.settle()
        assert scene.hands.did == ["picture <me>", "on", "picture <slide>", "picture <me>"]


async def test_a_later_picture_has_its_own_time() -> None:
    """The first one's end does not take the second one away."""
    scene = Scene(NotingHands())
    async with scene.running():
        await scene.picture.send_image("first", 5)
        await scene.picture.send_image("second")
        scene.now_s = 100.0
        await scene.settle()
        assert scene.hands.did == ["picture <first>", "on", "picture <second>"]


async def test_where_there_is_no_camera_the_link_goes_into_the_chat() -> None:
    """And the page keeps no picture that a camera could find later."""
    scene = Scene(NotingHands(camera=False))
    async with scene.running():
        await scene.picture.send_image("http://pictures/slide.png", 5)
        assert scene.hands.did == [
            "picture <http://pictures/slide.png>",
            "picture None",
            "said http://pictures/slide.png",
        ]


async def test_without_camera_and_chat_it_is_refused_with_both_reasons() -> None:
    """Who asked learns why."""
    scene = Scene(NotingHands(camera=False, chat=False))
    async with scene.running():
        with pytest.raises(NotPossible, match=r"no camera here.*no chat here"):
            await scene.picture.send_image("slide")


async def test_what_is_no_picture_is_refused_and_not_said_either() -> None:
    """A broken link is nobody's business in the meeting."""
    scene = Scene(NotingHands())
    async with scene.running():
        with pytest.raises(NotPossible, match="no picture"):
            await scene.picture.send_image("broken")
        assert scene.hands.did == []


async def test_an_own_picture_that_cannot_be_had_is_told_and_ends_nothing() -> None:
    """A notice; other pictures can still be sent."""
    scene = Scene(NotingHands(), own_url="broken")
    async with scene.running():
        assert scene.warned == ["picture_not_shown"]
        await scene.picture.send_image("slide")
        assert scene.hands.did == ["picture <slide>", "on"]


async def test_a_page_that_was_loaded_anew_is_given_the_picture_again() -> None:
    """The client has forgotten it, and its camera is off."""
    scene = Scene(NotingHands(), own_url="me")
    async with scene.running():
        scene.picture.page_is_new()
        await scene.settle()
        assert scene.hands.did == ["picture <me>", "on"] * 2


async def test_a_camera_that_is_ready_late_is_waited_for() -> None:
    """The own picture is shown at the third try, and nothing is told."""
    scene = Scene(NotingHands(refusals=2), own_url="me")
    async with scene.running():
        assert scene.hands.did[-2:] == ["picture <me>", "on"]
        assert scene.warned == []


async def test_a_camera_that_never_is_ready_is_told_once() -> None:
    """With the page holding no picture."""
    scene = Scene(NotingHands(camera=False), own_url="me")
    async with scene.running():
        assert scene.warned == ["picture_not_shown"]
        assert scene.hands.did[-1] == "picture None"
