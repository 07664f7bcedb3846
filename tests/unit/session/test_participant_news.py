"""What a session tells of participants, and to whom."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.participant_events import CHAT_MESSAGE, SPEECH_OFF, SPEECH_ON, participant_event
from roomtone.bot.session_protocol import ChatSaid
from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import ChatMessage, ParticipantJoined, ParticipantLeft, Tick
from roomtone.session.participant_news import AT_ONCE, ParticipantTeller

if TYPE_CHECKING:
    from roomtone.bot.participant_events import ParticipantNews

ADA = Speaker("1", "NoSpeaker")
VOICE = np.full(960, 3_000, np.int16)
ALL = (CHAT_MESSAGE, SPEECH_ON, SPEECH_OFF)


class Told:
    """A teller in a meeting with Ada and the bot, and what it told."""

    def __init__(self, *wanted: str) -> None:
        self.service: list[ParticipantNews] = []
        self.socket: list[ParticipantNews] = []
        self.is_paused = False
        self.teller = ParticipantTeller(
            self.service.append, wanted=wanted, is_paused=lambda: self.is_paused, bot_name="Roomtone"
        )
        self.start_s = time.monotonic()
        self.teller.take(ParticipantJoined("1", "Ada", self.start_s))
        self.teller.take(ParticipantJoined("9", "Roomtone", self.start_s, is_self=True))

    def listen(self) -> None:
        """A control socket wants to know."""
        self.teller.listeners.append(self.socket.append)

    def speak(self, speaker: Speaker, seconds: float) -> None:
        """Somebody is heard, and nobody for two seconds."""
        n_loud = round(seconds / 0.02)
        for n in range(n_loud + 100):
            samples = VOICE if n < n_loud else np.zeros(960, np.int16)
            self.teller.on_tick(Tick(n * 960, self.start_s + n * 0.02, {speaker: samples}))

    def write(self, message_id: str, who: str = "1", name: str = "Ada", text: str = "Hello") -> None:
        """Somebody writes."""
        self.teller.take(ChatMessage(message_id, who, name, text, self.start_s + 1.5))


def names(news: list[ParticipantNews]) -> list[str]:
    """The events' short names."""
    return [participant_event(one).removeprefix("participant_events.") for one in news]


def test_what_nobody_asked_for_is_not_told() -> None:
    """Who comes and goes always is; nothing is worked out of the sound."""
    told = Told()
    told.teller.begin(told.start_s)
    told.speak(ADA, 1)
    told.write("m1")
    told.teller.take(ParticipantLeft("1", told.start_s + 9))
    assert not told.teller.hears
    assert names(told.service) == ["join", "leave"]


def test_what_was_asked_for_is_told_with_names_of_the_roster() -> None:
    """Also where the sound has no name; the seconds are the recording's."""
    told = Told(*ALL)
    told.teller.begin(told.start_s)
    told.speak(ADA, 1)
    told.write("m1")
    assert names(told.service) == ["join", "speech_on", "speech_off", "chat_message"]
    assert {one.name for one in told.service} == {"Ada"}
    assert [one.recorded_s for one in told.service] == [0.0, 0.0, 1.0, 1.5]
    said = told.service[-1]
    assert isinstance(said, ChatSaid)
    assert (said.text, said.message_id) == ("Hello", "m1")


def test_one_of_the_two_speaking_events_can_be_wanted_alone() -> None:
    """The other is not told."""
    told = Told(SPEECH_OFF)
    told.teller.begin(told.start_s)
    told.speak(ADA, 1)
    assert names(told.service) == ["join", "speech_off"]


def test_the_control_socket_hears_everything() -> None:
    """Whatever the service was asked for."""
    told = Told()
    told.listen()
    told.teller.begin(told.start_s)
    told.speak(ADA, 1)
    told.write("m1")
    assert names(told.socket) == ["join", "speech_on", "speech_off", "chat_message"]
    assert names(told.service) == ["join"]


def test_the_bots_own_words_and_what_was_shown_before_are_left_out() -> None:
    """Its messages, its voice, messages of before the recording, and those told already."""
    told = Told(*ALL)
    told.write("m0")
    told.teller.begin(told.start_s)
    told.write("m1", who="9", name="Roomtone")
    told.write("m2", who="", name="Roomtone")
    told.write("m3")
    told.write("m3")
    told.speak(Speaker("9", "Roomtone"), 1)
    assert names(told.service) == ["join", "chat_message"]


def test_nothing_said_or_written_in_a_pause_is_told() -> None:
    """Who comes and goes is."""
    told = Told(*ALL)
    told.listen()
    told.teller.begin(told.start_s)
    told.is_paused = True
    told.write("m1")
    told.teller.take(ParticipantJoined("2", "Grace", told.start_s + 1))
    told.is_paused = False
    assert names(told.service) == names(told.socket) == ["join", "join"]


def test_a_flood_of_messages_is_bounded_for_the_service() -> None:
    """It is counted; the socket has bounds of its own."""
    told = Told(*ALL)
    told.listen()
    told.teller.begin(told.start_s)
    for n in range(AT_ONCE * 3):
        told.write(f"m{n}")
    assert AT_ONCE <= names(told.service).count("chat_message") <= AT_ONCE + 5
    assert told.teller.n_left_out == AT_ONCE * 3 - names(told.service).count("chat_message")
    assert names(told.socket).count("chat_message") == AT_ONCE * 3


async def test_whoever_speaks_at_the_end_ceases_to() -> None:
    """Once; and the task of it returns."""
    told = Told(*ALL)
    told.teller.begin(told.start_s)
    for n in range(50):
        told.teller.on_tick(Tick(n * 960, told.start_s + n * 0.02, {ADA: VOICE}))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(told.teller.run(), name="participants")
        told.teller.finish()
        told.teller.finish()
    assert names(told.service) == ["join", "speech_on", "speech_off"]
