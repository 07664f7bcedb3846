"""Who comes, goes, speaks and writes, as it is told while the meeting runs: to the service, and to others."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.participant_events import CHAT_MESSAGE, SPEECH_OFF, SPEECH_ON, participant_event
from roomtone.bot.session_protocol import ChatSaid, ParticipantMoved, SpeakingMoved
from roomtone.session.capture.model import ChatMessage, ParticipantJoined, ParticipantLeft
from roomtone.session.movements import Movements
from roomtone.session.news_limit import Allowance, SpeakingLimit
from roomtone.session.speaking_watch import SpeakingWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from roomtone.bot.participant_events import ParticipantNews
    from roomtone.session.capture.model import Signal, Tick
    from roomtone.session.movements import Movement
    from roomtone.session.speaking_watch import Spoke

SPEAKING_A_MINUTE = 120
"""Most starts and stops told to the service; they become deliveries with retries. Over it who speaks is told
late, as it is then."""
CHAT_A_MINUTE = 120
"""Most chat messages told to the service; more are left out of what is told, not of what is kept."""
AT_ONCE = 40
REMEMBERED_MESSAGES = 2000
"""A page may show a message again."""
LOOK_EVERY_S = 0.5

log = structlog.get_logger(__name__)


class ParticipantTeller:
    """Makes events of it; a ``LiveOutput`` used on one event loop. The bot itself is left out.

    While the recording is paused nobody is told what is written and who speaks, only who comes and goes.

    Args:
        tell: Told the events for the service: who comes and goes always, the rest if it is wanted, and at
            most so much of it a minute.
        wanted: Names of the participant events that somebody asked the service for.
        is_paused: Whether the recording is paused now.
        bot_name: Of the bot, in case its own messages come without an id.

    Attributes:
        listeners: Told every event, wanted or not; must not block.
        n_left_out: Chat messages that were too many.
    """

    def __init__(
        self,
        tell: Callable[[ParticipantNews], None],
        *,
        wanted: Collection[str],
        is_paused: Callable[[], bool],
        bot_name: str,
    ) -> None:
        self.listeners: list[Callable[[ParticipantNews], None]] = []
        self.n_left_out = 0
        self._tell = tell
        self._wanted = frozenset(wanted)
        self._is_paused = is_paused
        self._bot_name = bot_name
        self._movements = Movements()
        self._speaking = SpeakingWatch()
        self._limit = SpeakingLimit(Allowance(SPEAKING_A_MINUTE, AT_ONCE))
        self._chat = Allowance(CHAT_A_MINUTE, AT_ONCE)
        self._names: dict[str, str] = {}
        self._own_ids: set[str] = set()
        self._seen: deque[str] = deque(maxlen=REMEMBERED_MESSAGES)
        self._start_s: float | None = None
        self._finished = asyncio.Event()

    @property
    def hears(self) -> bool:
        """Whether anybody wants to know who speaks."""
        return bool(self.listeners) or not self._wanted.isdisjoint({SPEECH_ON, SPEECH_OFF})

    def begin(self, start_s: float) -> None:
        """The recording began at this time of the capture clock."""
        self._start_s = start_s
        for movement in self._movements.begin(start_s):
            self._moved(movement)

    def take(self, signal: Signal) -> None:
        """Take any signal, those of before the recording too."""
        match signal:
            case ParticipantJoined(participant_id=who, name=name, is_self=is_self):
                self._names[who] = name or self._names.get(who, "")
                if is_self:
                    self._own_ids.add(who)
            case ParticipantLeft(participant_id=who):
                self._spoke(self._speaking.left(who))
            case ChatMessage():
                self._wrote(signal)
        movement = self._movements.take(signal)
        if movement is not None:
            self._moved(movement)

    def on_tick(self, tick: Tick) -> None:
        """Take one tick."""
        if self.hears:
            self._spoke(self._speaking.take(tick))

    async def run(self) -> None:
        """Tell what was held back when it may be told; returns soon after ``finish``."""
        while not self._finished.is_set():
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._finished.wait()
            except TimeoutError:
                self._tell_speaking(self._limit.due(time.monotonic()))
        if self.n_left_out:
            log.info("participants.chat_left_out", n=self.n_left_out)

    def finish(self) -> None:
        """The stay is over; whoever spoke has ceased to."""
        if not self._finished.is_set():
            self._finished.set()
            self._spoke(self._speaking.finish())

    def _moved(self, movement: Movement) -> None:
        moved = ParticipantMoved(
            at=datetime.now(UTC),
            action=movement.action,
            participant_id=movement.participant_id,
            name=movement.name,
            recorded_s=movement.recorded_s,
        )
        self._tell(moved)
        self._say(moved)

    def _spoke(self, changes: list[Spoke]) -> None:
        for spoke in changes:
            who = spoke.speaker.speaker_id
            name = self._names.get(who, "") or spoke.speaker.speaker_name
            if who in self._own_ids:
                continue
            moved = SpeakingMoved(
                at=self._at(spoke.at_s),
                action=spoke.action,
                participant_id=who,
                name=name,
                recorded_s=self._seconds(spoke.at_s),
            )
            self._say(moved)
            if not self._wanted.isdisjoint({SPEECH_ON, SPEECH_OFF}):
                self._tell_speaking(self._limit.offer(moved, time.monotonic()))

    def _tell_speaking(self, events: list[SpeakingMoved]) -> None:
        for moved in events:
            if participant_event(moved) in self._wanted:
                self._tell(moved)

    def _wrote(self, message: ChatMessage) -> None:
        if self._start_s is None or self._is_paused() or self._is_own(message):
            return
        if message.message_id in self._seen:
            return
        self._seen.append(message.message_id)
        said = ChatSaid(
            at=self._at(message.at_s),
            message_id=message.message_id,
            participant_id=message.participant_id,
            name=message.name or self._names.get(message.participant_id, ""),
            text=message.text,
            recorded_s=self._seconds(message.at_s),
        )
        self._say(said)
        if CHAT_MESSAGE in self._wanted:
            if self._chat.take(time.monotonic()):
                self._tell(said)
            else:
                self.n_left_out += 1

    def _is_own(self, message: ChatMessage) -> bool:
        if message.participant_id:
            return message.participant_id in self._own_ids
        return message.name == self._bot_name

    def _say(self, news: ParticipantNews) -> None:
        for listener in self.listeners:
            listener(news)

    def _at(self, at_s: float) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=max(0.0, time.monotonic() - at_s))

    def _seconds(self, at_s: float) -> float:
        return 0.0 if self._start_s is None else round(max(0.0, at_s - self._start_s), 3)
