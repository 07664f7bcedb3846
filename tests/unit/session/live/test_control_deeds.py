"""What a caller has the bot do on the page: one at a time, bounded in number and time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.session.live.control_deeds import MOST_WAITING, ControlDeeds
from roomtone.session.live.control_messages import Interrupt, SendMessage

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples


class Meeting:
    """A meeting whose chat takes only the texts it was told to take; the others are waited with for ever."""

    def __init__(self, *answered: str) -> None:
        self.answered = set(answered)
        self.written: list[str] = []
        self.silenced = 0

    async def send_message(self, text: str) -> None:
        """See ``Deeds``."""
        if text not in self.answered:
            await asyncio.Event().wait()
        self.written.append(text)

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """See ``Deeds``."""

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """See ``Deeds``."""

    def speak(self, samples: Samples) -> None:
        """See ``Deeds``."""

    def stop_speaking(self) -> None:
        """See ``Deeds``."""
        self.silenced += 1


async def test_a_page_that_never_answers_is_told_and_the_next_message_is_written():
    """The deadline ends one deed, not those behind it."""
    meeting, complaints = Meeting("second"), asyncio.Queue[tuple[str, str]](10)
    deeds = ControlDeeds(meeting, lambda *told: complaints.put_nowait(told), deadline_s=0.05)
    deeds.take(SendMessage("first"))
    deeds.take(SendMessage("second"))
    deeds.take(SendMessage("third"))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(deeds.run(), name="deeds")
        told = [await complaints.get(), await complaints.get()]
        running.cancel()
    assert told == [("sendmsg", "It was not done within 0.05 s.")] * 2
    assert meeting.written == ["second"]


def test_what_is_too_much_is_refused_and_silence_never_waits():
    """The page is busy: a bounded number waits, and ``interrupt`` is done at once all the same."""
    meeting, complaints = Meeting(), []
    deeds = ControlDeeds(meeting, lambda *told: complaints.append(told))
    for n in range(MOST_WAITING + 3):
        deeds.take(SendMessage(str(n)))
    deeds.take(Interrupt())
    assert [name for name, _ in complaints] == ["sendmsg"] * 3
    assert meeting.silenced == 1
