"""What bots are told: done in order, one at a time, and answered once each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.session_protocol import (
    PauseRecording,
    ResumeRecording,
    SendImage,
    SendMessage,
    Speak,
    StopSpeaking,
)
from roomtone.session.browser.errors import PageSilent
from roomtone.session.command_dispatcher import MOST_WAITING, CommandDispatcher
from roomtone.session.platforms.errors import NotPossible, Unconfirmed

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.session_protocol import CommandAnswered


class Meeting:
    """A page and a recording that note what is done with them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.problem: Exception | None = None
        self.takes_s = 0.0
        self.is_recording = True

    def pause(self) -> None:
        """Note it."""
        self.done.append("pause")

    def resume(self) -> None:
        """Fail."""
        raise RuntimeError("broken")

    async def send_message(self, text: str) -> None:
        """Note it, after a while."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self.at_once -= 1
        if self.problem is not None:
            raise self.problem
        self.done.append(text)

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """Note it."""
        await self.send_message(f"{url} {display_s}")

    async def say_file(self, path: str) -> None:
        """Note it."""
        await self.send_message(f"said {path}")

    def stop_speaking(self) -> None:
        """Note it."""
        self.done.append("silent")


@pytest.fixture
def meeting() -> Meeting:
    """A meeting in which everything works at once."""
    return Meeting()


@pytest.fixture
def answers() -> list[CommandAnswered]:
    """What was answered."""
    return []


@pytest.fixture
def dispatcher(meeting: Meeting, answers: list[CommandAnswered]) -> CommandDispatcher:
    """A dispatcher that waits long for a deed."""
    return CommandDispatcher(
        lambda: meeting if meeting.is_recording else None, meeting, answers.append, deadline_s=60.0
    )


async def until_answered(
    dispatcher: CommandDispatcher, answers: list[CommandAnswered], n_answers: int
) -> None:
    """Run until there are so many answers."""
    async with asyncio.timeout(50), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(dispatcher.run(), name="run")
        while len(answers) < n_answers:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        running.cancel()


async def test_deeds_are_done_one_at_a_time_in_order(
    dispatcher: CommandDispatcher, meeting: Meeting, answers: list[CommandAnswered]
):
    """Each is answered once, under its own id; the next one waits for its turn."""
    meeting.takes_s = 0.02
    for number in range(3):
        dispatcher.take(SendMessage(command_id=str(number), text=f"text {number}"))
    dispatcher.take(SendImage(command_id="3", url="url", display_s=2.0))
    await until_answered(dispatcher, answers, 4)
    assert meeting.done == ["text 0", "text 1", "text 2", "url 2.0"]
    assert meeting.most_at_once == 1
    assert [(answer.command_id, answer.ok, answer.problem) for answer in answers] == [
        (str(number), True, None) for number in range(4)
    ]


async def test_a_pause_waits_for_nobody(
    dispatcher: CommandDispatcher, meeting: Meeting, answers: list[CommandAnswered]
):
    """It is done and answered before the deed that came before it, and before `take` returns."""
    dispatcher.take(SendMessage(command_id="1", text="text"))
    dispatcher.take(PauseRecording(command_id="2"))
    assert (meeting.done, [answer.command_id for answer in answers]) == (["pause"], ["2"])
    await until_answered(dispatcher, answers, 2)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (NotPossible("the chat is off"), ("not_possible", "The chat is off.")),
        (PageSilent("no answer"), ("failed", "The meeting's page does not answer.")),
        (RuntimeError("secret"), ("failed", "The bot failed at it.")),
        (Unconfirmed("it is not shown"), (None, "")),
    ],
)
async def test_what_goes_wrong_is_told(
    dispatcher: CommandDispatcher,
    meeting: Meeting,
    answers: list[CommandAnswered],
    problem: Exception,
    told: tuple[str | None, str],
):
    """In one word and a sentence; what may have been done counts as done, and the next deed has its turn."""
    meeting.problem = problem
    dispatcher.take(SendMessage(command_id="1", text="text"))
    dispatcher.take(SendMessage(command_id="2", text="text"))
    await until_answered(dispatcher, answers, 2)
    assert (answers[0].problem, answers[0].message) == told
    assert [answer.ok for answer in answers] == [told[0] is None] * 2


async def test_a_deed_that_takes_too_long_is_given_up(meeting: Meeting, answers: list[CommandAnswered]):
    """The page is free for the next one then."""
    dispatcher = CommandDispatcher(lambda: meeting, meeting, answers.append, deadline_s=0.3)
    meeting.takes_s = 3600
    dispatcher.take(SendMessage(command_id="1", text="text"))
    await until_answered(dispatcher, answers, 1)
    assert (answers[0].problem, meeting.at_once) == ("failed", 0)


async def test_leaving_refuses_what_waits_what_is_being_done_and_what_comes(
    dispatcher: CommandDispatcher, meeting: Meeting, answers: list[CommandAnswered]
):
    """Nobody is left without an answer."""
    meeting.takes_s = 60
    for number in range(3):
        dispatcher.take(SendMessage(command_id=str(number), text="text"))
    async with asyncio.timeout(50), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(dispatcher.run(), name="run")
        await asyncio.sleep(0.02)
        dispatcher.close()
        running.cancel()
    dispatcher.take(PauseRecording(command_id="3"))
    assert sorted((answer.command_id, answer.problem) for answer in answers) == [
        (str(number), "not_in_meeting") for number in range(4)
    ]
    assert meeting.done == []


async def test_what_cannot_be_taken_is_answered_at_once(
    dispatcher: CommandDispatcher, meeting: Meeting, answers: list[CommandAnswered]
):
    """Before the meeting, when the recording fails at it, and when too much waits."""
    meeting.is_recording = False
    dispatcher.take(PauseRecording(command_id="early"))
    meeting.is_recording = True
    dispatcher.take(ResumeRecording(command_id="broken"))
    for number in range(MOST_WAITING + 1):
        dispatcher.take(SendMessage(command_id=str(number), text="text"))
    assert [(answer.command_id, answer.problem) for answer in answers] == [
        ("early", "not_in_meeting"),
        ("broken", "failed"),
        (str(MOST_WAITING), "failed"),
    ]


async def test_the_bot_is_silent_at_once(
    meeting: Meeting, dispatcher: CommandDispatcher, answers: list[CommandAnswered], tmp_path: Path
) -> None:
    """What waits to be said is refused and its file deleted; what waits besides is done."""
    sound = tmp_path / "sound.pcm"
    sound.write_bytes(b"\0\0")
    dispatcher.take(Speak(command_id="1", path=str(sound)))
    dispatcher.take(SendMessage(command_id="2", text="hello"))
    dispatcher.take(StopSpeaking(command_id="3"))
    assert meeting.done == ["silent"]
    await until_answered(dispatcher, answers, 3)
    assert [(one.command_id, one.ok, one.problem) for one in answers] == [
        ("1", False, "refused"),
        ("3", True, None),
        ("2", True, None),
    ]
    assert not sound.exists()


async def test_sound_is_said_in_its_turn(
    meeting: Meeting, dispatcher: CommandDispatcher, answers: list[CommandAnswered], tmp_path: Path
) -> None:
    """After what was asked for before; a bot that is not in the meeting deletes it."""
    sound = tmp_path / "sound.pcm"
    sound.write_bytes(b"\0\0")
    dispatcher.take(SendMessage(command_id="1", text="hello"))
    dispatcher.take(Speak(command_id="2", path=str(sound)))
    await until_answered(dispatcher, answers, 2)
    assert meeting.done == ["hello", f"said {sound}"]
    meeting.is_recording = False
    dispatcher.take(Speak(command_id="3", path=str(sound)))
    assert (answers[-1].problem, sound.exists()) == ("not_in_meeting", False)
