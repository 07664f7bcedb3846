"""The bot writes into Zoom's chat and turns its camera on, on small pages of the client's looks."""

from __future__ import annotations

import pytest
from tests.integration.session.platforms.zoom.chat_pages import RICH, SHUT, THREAD, call

from roomtone.session.platforms.dressing import dress
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.zoom import camera
from roomtone.session.platforms.zoom.view import zoom_dressing

pytestmark = pytest.mark.browser

ADDRESS = "https://app.zoom.us/wc/"
FRAMED = '<iframe id="webclient" name="webclient" src="https://app.zoom.us/wc/plain" width=900 height=500></iframe>'
TOO_LONG = " ".join(["word"] * 300)

OPEN = {
    "plain": call(),
    "misses": call(misses=1),
    "rich": call(editor=RICH, before=THREAD),
    "menu": call(chat=False, inMore=True),
    "private": call(receiver="Ada"),
    "nameless": call(receiver="", unshown=True),
    "framed": FRAMED,
}
CLOSED = {
    "none": (call(chat=False), "no chat"),
    "shut": (call(editor=SHUT.format(why="The host has disabled attendee chat.")), "host has closed"),
    "host_only": (call(fixed=True), "not open to everybody"),
    "people_only": (
        call(receiver="Alice Host", receivers=("Alice Host", "Everyone in Waiting Room")),
        "not open",
    ),
    "warned": (call(warning="You cannot chat with Everyone during this meeting"), "not open to everybody"),
    "deaf": (call(deaf=True), "did not send"),
}


def pages(by_name: dict[str, str]) -> dict[str, str]:
    """Served under the client's address."""
    return {f"wc/{name}": html for name, html in by_name.items()}


async def test_a_message_reaches_everybody_in_every_build(visit):
    """Plain box, rich box, menu, frame: the message goes to everybody, and the chat is closed again."""
    message = "Hello, I record this meeting:\nsee https://example.com @Ada"
    async with visit(pages(OPEN)) as one:
        for name in OPEN:
            await one.page.goto(ADDRESS + name)
            if name == "plain":
                await dress(one.page, zoom_dressing("Roomtone"))
            await one.driver.send_message(one.page, message)
            frame = one.page.frames[-1]
            ((receiver, text),) = await frame.evaluate("sent")
            assert text.split() == message.split(), name
            assert "\n" in text, name
            assert receiver == ("" if name == "nameless" else "Everyone"), name
            assert await frame.locator(".chat-container").count() == 0, name
            assert await frame.evaluate("opened") == 1, name


async def test_a_long_message_is_sent_in_parts_to_an_open_chat(visit):
    """No longer than the box has room for; a chat that stood open stays open."""
    async with visit(pages({"plain": call()})) as one:
        await one.page.goto(ADDRESS + "plain")
        await one.page.evaluate("toggle()")
        await one.driver.send_message(one.page, TOO_LONG)
        texts = [text for _, text in await one.page.evaluate("sent")]
        assert [len(text) <= 1024 for text in texts] == [True, True]
        assert " ".join(texts) == TOO_LONG
        assert await one.page.locator(".chat-container").count() == 1


async def test_a_chat_that_is_not_open_to_everybody_says_so(visit):
    """Each with its reason, nothing written to anybody, and the chat closed again."""
    async with visit(pages({name: html for name, (html, _) in CLOSED.items()})) as one:
        for name, (_, reason) in CLOSED.items():
            await one.page.goto(ADDRESS + name)
            with pytest.raises(NotPossible, match=reason):
                await one.driver.send_message(one.page, "Hello")
            assert await one.page.evaluate("sent") == [], name
            assert await one.page.locator(".chat-container, .more-button__pop-menu").count() == 0, name


async def test_the_camera_is_turned_on_and_off(visit):
    """By its button, once each; a client without one, and one that does nothing, says so."""
    scenes = {
        "camera": call(camera=True),
        "broken": call(),
        "disabled": call(camera=True, camera_class="send-video-container--disabled"),
        "none": "<p>nothing here</p>",
    }
    label = "document.querySelector('.send-video-container__btn').getAttribute('aria-label')"
    async with visit(pages(scenes)) as one:
        await one.page.goto(ADDRESS + "camera")
        await one.driver.show_camera(one.page, on=False)
        for on, expected in ((True, "stop my video"), (True, "stop my video"), (False, "start my video")):
            await one.driver.show_camera(one.page, on=on)
            assert await one.page.evaluate(label) == expected
        for name, reason in (
            ("disabled", "does not let"),
            ("none", "no camera button"),
            ("broken", "did not turn"),
        ):
            await one.page.goto(ADDRESS + name)
            with pytest.raises(NotPossible, match=reason):
                await camera.show_camera(one.page, on=True, within_s=0.4)
