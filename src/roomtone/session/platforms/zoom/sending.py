"""Writes into the chat of a Zoom meeting, to everybody, and sees that the client took it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.session.browser.errors import PageSilent
from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.errors import NotPossible, Unconfirmed
from roomtone.session.platforms.message_parts import message_parts
from roomtone.session.platforms.page_reading import client_frames, find, find_soon, press
from roomtone.session.platforms.zoom.chat_panel import DISABLED, EDITOR, is_here, open_chat
from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

LONGEST_MESSAGE = 1024
"""UTF-16 units that the plain box has room for, where the box itself names no limit."""
SENT_WITHIN_S = 2.0
"""Longest wait for the message in the list, or for the box to be emptied."""
EMPTY_FOR_S = 0.8
"""A box that the client has emptied for so long, without a complaint, has to do where no list shows it."""
RECEIVER_WITHIN_S = 1.5
_LOOK_EVERY_S = 0.1

EVERYONE = re.compile(
    r"\W*(everyone( \(?in (the )?meeting\)?| publicly)?|meeting group chat|members (&|and) guests|"
    r"all panelists and attendees)\W*",
    re.IGNORECASE,
)
"""Names of the receiver that is everybody; the first is the usual one. Not "Everyone in Waiting Room"."""
REFUSALS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), reason)
    for words, reason in (
        (r"host has disabled|attendee chat", "the host has closed the meeting's chat"),
        (r"compliance", "the account's administrator has closed the meeting's chat"),
        (r"restricted communication", "an administrator keeps the bot from the meeting's chat"),
        (r"etiquette|chat policy", "a chat policy of the meeting's account does not let this message pass"),
        (r"cannot chat with|restricted from", "the meeting's chat is not open to everybody"),
        (r"only host|hosts? only", "the meeting's chat is open to its host alone"),
        (r"could not send|unable to send", "Zoom could not send the message"),
        (r"chat (has been |is )?disabled", "the meeting's chat is closed"),
    )
)
"""What the client says in place of sending, and what is told of it: the client's own words may hold names."""

_LOOK = Path(__file__).with_name("chat_look.js").read_text("utf-8")
_RECEIVER_BUTTON = ".chat-receiver-list__receiver, #chatReceiverMenu button, [aria-label^='Send chat to' i]"
_RECEIVER_ITEMS = (
    ".chat-receiver-list__menu-item, #chatReceiverMenu [role^=menuitem], "
    ".chat-receiver-list__scrollbar [role^=menuitem]"
)
_SEND_BUTTON = (
    ".chat-container :is(.chat-rtf-box__send, .chat-box__send-btn)"
    ":not(.new-chat-item--input *, .chat-rtf-box__edit *)"
)
_HELD = "(box) => box.value ?? box.innerText"
_IS_RICH = "(box) => box.value === undefined"
_ROOM = "(box) => box.maxLength ?? -1"
_INSERT = """(box, text) => {
  box.focus();
  document.execCommand("selectAll");
  document.execCommand("insertText", false, text);
}"""


def refusal_in(words: str) -> str:
    """The reason that stands behind the client's words; a general one for words that are not known. Pure."""
    return next((reason for said, reason in REFUSALS if said.search(words)), "the meeting's chat is closed")


async def send_message(page: Page, text: str) -> None:
    """Write a message to everybody: in parts, where it is longer than the client lets one be.

    Raises:
        NotPossible: If the chat is off, closed, or not open to everybody; the text says which.
        PageSilent: If the page does not answer before anything was sent.
    """
    async with open_chat(page):
        if await is_here(page, DISABLED) and not await is_here(page, EDITOR):
            raise NotPossible(refusal_in((await _look(page, ""))["disabled"]))
        await _address_everyone(page)
        box = await _editor(page)
        room = int(await answered(box.evaluate(_ROOM), READ_DEADLINE_S))
        parts = message_parts(text, room if room > 1 else LONGEST_MESSAGE)
        for number, part in enumerate(parts):
            try:
                await _send(page, part)
            except (NotPossible, PageSilent) as problem:
                if number == 0:
                    raise
                # Sent again from the beginning, the first parts would stand there twice.
                raise Unconfirmed(
                    f"only the first {number} of {len(parts)} parts were sent: {problem}"
                ) from None


async def _address_everyone(page: Page) -> None:
    """Choose everybody as the receiver, where the client has one to choose."""
    seen = await _look(page, "")
    if not seen["receiver"] or EVERYONE.fullmatch(seen["receiver"]):
        return
    button = None if seen["fixed"] else await find(page, _RECEIVER_BUTTON, is_client_frame)
    if button is not None:
        await press(button)
        if await find_soon(page, _RECEIVER_ITEMS, is_client_frame, within_s=RECEIVER_WITHIN_S):
            item = await _item_for_everyone(page)
            if item is not None:
                await press(item)
                if await _is_addressed(page):
                    return
            else:
                await press(button)
    raise NotPossible("the meeting's chat is not open to everybody, only to its host or to single people")


async def _item_for_everyone(page: Page) -> Locator | None:
    for frame in [page.main_frame, *client_frames(page, is_client_frame)]:
        items = frame.locator(_RECEIVER_ITEMS)
        names = await answered(items.all_inner_texts(), READ_DEADLINE_S)
        for index, name in enumerate(names):
            if EVERYONE.fullmatch(" ".join(name.split())):
                return items.nth(index)
    return None


async def _is_addressed(page: Page) -> bool:
    ends_s = time.monotonic() + RECEIVER_WITHIN_S
    while time.monotonic() < ends_s:
        if EVERYONE.fullmatch((await _look(page, ""))["receiver"]):
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return False


async def _send(page: Page, part: str) -> None:
    box = await _editor(page)
    await _put(page, box, part)
    before = (await _look(page, part))["shown"]
    # Enter may choose a suggestion in the rich box, where the text ends like a name or an emoji.
    button = await find(page, _SEND_BUTTON, is_client_frame)
    try:
        if button is not None:
            await press(button)
        else:
            await answered(box.press("Enter", timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S + 1)
        await _confirm(page, part, before)
    except PageSilent:
        raise Unconfirmed("the page does not answer whether the message was sent") from None


async def _put(page: Page, box: Locator, part: str) -> None:
    """Put the text into the box in one piece: single keys take a minute for what is said in a second."""
    is_rich = bool(await answered(box.evaluate(_IS_RICH), READ_DEADLINE_S))
    await answered(_insert(page, box, part, is_rich=is_rich), 2 * READ_DEADLINE_S)
    if not await _holds(box, part):
        await answered(box.evaluate(_INSERT, part), READ_DEADLINE_S)
    if not await _holds(box, part):
        await answered(box.fill(part, timeout=READ_DEADLINE_S * 1000), READ_DEADLINE_S + 1)
    if not await _holds(box, part):
        raise NotPossible("the box of the meeting's chat does not take the message")


async def _insert(page: Page, box: Locator, part: str, *, is_rich: bool) -> None:
    await box.focus(timeout=READ_DEADLINE_S * 1000)
    await box.select_text(timeout=READ_DEADLINE_S * 1000)
    await box.press("Delete", timeout=READ_DEADLINE_S * 1000)
    if not is_rich:
        await page.keyboard.insert_text(part)
        return
    for number, line in enumerate(part.split("\n")):
        if number > 0:
            await page.keyboard.press("Shift+Enter")
        await page.keyboard.insert_text(line)


async def _holds(box: Locator, part: str) -> bool:
    """Whether the text has arrived; a box may make pictures of some of its characters."""
    held = "".join(str(await answered(box.evaluate(_HELD), READ_DEADLINE_S)).split())
    wanted = "".join(part.split())
    return held == wanted or (len(held) > len(wanted) // 2 and held[:8] == wanted[:8])


async def _confirm(page: Page, part: str, before: int) -> None:
    began_s = time.monotonic()
    emptied_s: float | None = None
    while True:
        seen = await _look(page, part)
        now_s = time.monotonic()
        if seen["refusal"]:
            raise NotPossible(refusal_in(seen["refusal"]))
        if seen["draft"].strip():
            emptied_s = None
        elif emptied_s is None:
            emptied_s = now_s
        is_taken = emptied_s is not None and now_s - emptied_s >= EMPTY_FOR_S
        if seen["shown"] > before or is_taken:
            return
        if emptied_s is None and now_s - began_s >= SENT_WITHIN_S:
            raise NotPossible("Zoom's client did not send the message")
        await asyncio.sleep(_LOOK_EVERY_S)


async def _editor(page: Page) -> Locator:
    box = await find_soon(page, EDITOR, is_client_frame, within_s=RECEIVER_WITHIN_S)
    if box is None:
        raise NotPossible("the meeting's chat has no box to write into")
    return box


async def _look(page: Page, part: str) -> dict[str, Any]:
    """What the chat shows: ``receiver, fixed, disabled, refusal, draft, shown``; see ``chat_look.js``."""
    found: dict[str, Any] = {}
    for frame in [page.main_frame, *client_frames(page, is_client_frame)]:
        seen = await answered(frame.evaluate(_LOOK, [EDITOR, part]), READ_DEADLINE_S)
        if not found or seen["isHere"]:
            found = seen
    return found
