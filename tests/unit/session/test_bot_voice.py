"""What the bot says, on hands that take notes and a clock that goes on by hand."""

from __future__ import annotations

import asyncio
import heapq
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from roomtone.session.bot_voice import ANSWER_WITHIN_S, LINGER_S, BotVoice
from roomtone.session.browser.errors import PageSilent
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.voice_queue import VoiceFull

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from roomtone.session.page_hands import PageHands

HALF_SECOND = np.arange(24_000, dtype=np.int32).astype(np.int16)


class NotingHands:
    """A page with a microphone's button, and a host who may take it away."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.problem: Exception | None = None
        self.is_on = False
        self.told: Callable[[dict[str, Any]], None] = lambda _: None

    async def show_microphone(self, *, on: bool) -> None:
        """Note the press, where it is allowed."""
        if self.problem is not None:
            raise self.problem
        self.did.append("on" if on else "off")
        self.is_on = on
        self.told({"type": "voice", "state": "held" if on else "let_go"})

    async def is_microphone_on(self) -> bool | None:
        """As it was pressed, unless somebody else did."""
        return self.is_on


class Scene:
    """A bot's voice, its page, and time."""

    def __init__(self) -> None:
        self.hands = NotingHands()
        self.now_s = 100.0
        self.notices: list[str] = []
        self.stops: list[int] = []
        self.heard: list[tuple[float, int, int]] = []
        self.n_samples = 0
        self.answers = True
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self.voice = BotVoice(
            cast("PageHands", self.hands),
            self,
            lambda code, text: self.notices.append(f"{code}: {text}"),
            now_s=lambda: self.now_s,
            sleep=self._sleep,
        )
        self.hands.told = self.voice.heard_of

    def send(self, message: dict[str, Any]) -> None:
        """Be told to be silent."""
        assert message["type"] == "voice_stop"
        self.stops.append(message["turn"])

    def send_binary(self, message: bytes) -> None:
        """Take a piece, and say so as the page does."""
        turn = int.from_bytes(message[4:8], "little")
        self.heard.append((self.now_s, turn, (len(message) - 24) // 2))
        self.n_samples += (len(message) - 24) // 2
        if self.answers:
            self.voice.heard_of({"type": "voice", "turn": turn, "played": 0})

    async def _sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + seconds, id(woken), woken))
        await woken

    async def pass_time(self, seconds: float) -> None:
        """Let time go on, everybody waking when it is due."""
        await self._settle()
        until_s = self.now_s + seconds
        while self._sleepers and self._sleepers[0][0] <= until_s:
            self.now_s, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await self._settle()
        self.now_s = until_s

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the bot is in the meeting."""
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(self.voice.run(), name="run")
            await self._settle()
            yield
            run.cancel()

    async def _settle(self) -> None:
        for _ in range(12):
            await asyncio.sleep(0)


@pytest.fixture
def scene() -> Scene:
    """A meeting that lets the bot speak."""
    return Scene()


async def test_the_microphone_is_open_only_while_the_bot_speaks(scene: Scene) -> None:
    """Opened before the first sample, closed shortly after the last, and every sample sent in its time."""
    async with scene.running():
        await scene.pass_time(5.0)
        assert scene.hands.did == []
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(0.3)
        assert scene.hands.did == ["on"]
        assert 0 < scene.n_samples < len(HALF_SECOND)
        await scene.pass_time(0.3 + LINGER_S - 0.1)
        assert (scene.hands.did, scene.n_samples) == (["on"], len(HALF_SECOND))
        await scene.pass_time(0.3)
        assert scene.hands.did == ["on", "off"]
    assert scene.notices == []


async def test_sentences_that_follow_closely_are_not_cut_apart(scene: Scene) -> None:
    """One opening for both; after a longer pause it is opened again."""
    async with scene.running():
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(0.5 + LINGER_S / 2)
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(3.0)
        assert scene.hands.did == ["on", "off"]
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(3.0)
    assert scene.hands.did == ["on", "off", "on", "off"]
    assert scene.n_samples == 3 * len(HALF_SECOND)


async def test_an_interruption_silences_page_and_queue(scene: Scene) -> None:
    """The page is told at once; what comes after is another turn, and there is room for 30 s again."""
    async with scene.running():
        for _ in range(60):
            scene.voice.speak(HALF_SECOND)
        with pytest.raises(VoiceFull):
            scene.voice.speak(HALF_SECOND)
        await scene.pass_time(1.0)
        said = scene.n_samples
        scene.voice.stop_speaking()
        assert (scene.stops, scene.voice.is_speaking) == ([1], False)
        await scene.pass_time(0.2)
        assert scene.n_samples == said
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(0.1)
        assert scene.heard[-1][1] == 2
        assert scene.hands.did == ["on"]
        await scene.pass_time(3.0)
        scene.voice.stop_speaking()
    assert scene.stops == [1]


async def test_a_meeting_that_does_not_let_the_bot_speak_is_told(scene: Scene) -> None:
    """To whoever waits for it; nobody waiting, as a notice. The sound is not kept for later."""
    async with scene.running():
        for problem in (NotPossible("the host may not allow it"), PageSilent("busy")):
            scene.hands.problem = problem
            async with asyncio.TaskGroup() as tasks:
                saying = tasks.create_task(_refusal(scene), name="say")
            assert saying.result() is problem
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(0.1)
        assert scene.notices == ["voice_not_heard: the bot could not speak: busy"]
        scene.hands.problem = None
        await scene.pass_time(1.0)
        assert scene.n_samples == 0
        await scene.voice.say(HALF_SECOND)
        assert scene.hands.did == ["on"]


async def _refusal(scene: Scene) -> Exception | None:
    try:
        await scene.voice.say(HALF_SECOND)
    except (NotPossible, PageSilent) as problem:
        return problem
    return None


async def test_a_bot_that_is_muted_says_no_more(scene: Scene) -> None:
    """The rest is dropped and told of, and the bot does not unmute itself for it; later sound is tried."""
    async with scene.running():
        scene.voice.speak(np.tile(HALF_SECOND, 20))
        await scene.pass_time(1.5)
        scene.hands.is_on = False
        await scene.pass_time(5.0)
        assert scene.n_samples < 5 * len(HALF_SECOND)
        assert (scene.hands.did, scene.stops) == (["on"], [1])
        assert scene.notices == ["bot_muted: the bot was muted while it spoke; the rest is not said"]
        scene.voice.speak(HALF_SECOND)
        await scene.pass_time(0.1)
        assert scene.hands.did == ["on", "on"]


async def test_a_page_without_the_microphone_is_told_of(scene: Scene) -> None:
    """Once a turn: what is sent there is heard by nobody."""
    scene.answers = False
    async with scene.running():
        scene.voice.speak(np.tile(HALF_SECOND, 10))
        await scene.pass_time(ANSWER_WITHIN_S + 1.0)
    assert scene.notices == ["voice_not_heard: the meeting's page does not use the bot's microphone"]


async def test_a_new_page_gets_the_rest(scene: Scene) -> None:
    """Its microphone is closed, and is opened for what is left."""
    async with scene.running():
        scene.voice.speak(np.tile(HALF_SECOND, 4))
        await scene.pass_time(0.5)
        scene.voice.page_is_new()
        await scene.pass_time(5.0)
    assert scene.hands.did == ["on", "on", "off"]
    assert scene.n_samples == 4 * len(HALF_SECOND)


async def test_nobody_speaks_outside_the_meeting(scene: Scene) -> None:
    """Neither before nor after; who waits then is told."""
    with pytest.raises(NotPossible, match="not in the meeting"):
        scene.voice.speak(HALF_SECOND)
    scene.hands.problem = NotPossible("never")
    async with scene.running():
        pass
    with pytest.raises(NotPossible, match="not in the meeting"):
        await scene.voice.say(HALF_SECOND)
