"""One staged meeting, from the script to the files, by the public API and the installed commands alone."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.listening.heard_words import HeardWords
from roomtone.listening.receiver import LiveAudioReceiver
from roomtone.listening.video_receiver import LiveVideoReceiver
from roomtone.staging.api_client import ApiClient
from roomtone.staging.bot_request import staged_request
from roomtone.staging.child_process import ChildProcess, kill_remaining
from roomtone.staging.clients import ROOMTONE, staged_client
from roomtone.staging.control_caller import ControlCaller
from roomtone.staging.errors import StagingError
from roomtone.staging.expectation import scheduled_wait_s
from roomtone.staging.meeting_truth import MeetingTruth
from roomtone.staging.process_tree import TreeUsage, read_processes, ticks_per_s
from roomtone.staging.report import Observed
from roomtone.staging.sampler import Sampler
from roomtone.staging.server_process import (
    START_S,
    make_key,
    server_environment,
    server_process,
    url_in,
)
from roomtone.staging.stage_clock import StageClock
from roomtone.staging.stream_files import fetch_streams
from roomtone.staging.transcript_files import fetch_transcript
from roomtone.staging.tree_memory import TreeMemory
from roomtone.staging.webhook_receiver import Delivery, WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.practice.script import Script
    from roomtone.staging.control_script import TimedMessage
    from roomtone.staging.expectation import Expectation
    from roomtone.staging.progress import Progress
    from roomtone.staging.stage_folder import StageFolder

POLL_S = 2.0
"""How often the bot's status is asked for, besides its webhooks."""
LAST_WEBHOOK_S = 10.0
"""How long ``bot.done`` may come after the status says so."""
SHOW_S = 0.125
MEETING_GRACE_S = 5.0


@dataclass(slots=True)
class Stage:
    """What is staged, and for whom it is shown; ``run`` does it once.

    Attributes:
        script: The meeting.
        script_path: Its file.
        expected: What should become of the bot.
        fields: Of the --request file.
        folder: Where everything goes; prepared.
        progress: Where it is shown.
        clock: The one clock.
        roomtone: The command that is staged.
        control: What is said to the bot over its control socket; None: it has none.
    """

    script: Script
    script_path: Path
    expected: Expectation
    fields: dict[str, Any]
    folder: StageFolder
    progress: Progress
    clock: StageClock = field(default_factory=StageClock)
    roomtone: Sequence[str] = ROOMTONE
    control: Sequence[TimedMessage] | None = None
    observed: Observed = field(init=False)
    live: LiveAudioReceiver = field(init=False)
    _caller: ControlCaller | None = field(init=False, default=None)
    _video: LiveVideoReceiver | None = field(init=False, default=None)
    _phase: str = field(init=False, default="starting")
    _done: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _server_url: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _meeting_url: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _base_url: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Everything that the receivers will fill."""
        wants_words = isinstance(self.fields.get("live_transcription_required"), dict)
        words = HeardWords(self.folder.live_words if wants_words else None)
        self.live = LiveAudioReceiver(self.folder.live, clock=self.clock, words=words)
        self.observed = Observed(
            started_s=self.clock(),
            truth=MeetingTruth(self.clock.of_monotonic),
            usage=TreeUsage(ticks_per_s()),
            memory=TreeMemory(),
            live_counts=self.live.counts,
        )

    async def run(self) -> Observed:
        """Stage, wait for the bot's end, fetch what it made, and stop everything.

        A failure after the bot was created is noted in ``Observed.problem``: what there is can be looked at.

        Raises:
            StagingError: If nothing could be staged at all.
        """
        try:
            async with AsyncExitStack() as stack:
                await self._run(stack)
        except BaseExceptionGroup as group:
            error = first_error(group)
            if not isinstance(error, StagingError) or not self.observed.bot_id:
                raise error from None
            self.observed.problem = str(error)
        return self.observed

    async def _run(self, stack: AsyncExitStack) -> None:
        client = staged_client(self.script.client)
        loop = asyncio.get_running_loop()
        data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roomtone-stage-")))
        stack.callback(self.folder.keep_session, data_dir)
        stack.callback(self._kill_what_is_left)

        def delivered(delivery: Delivery) -> None:
            loop.call_soon_threadsafe(self._delivered, delivery)

        webhooks = stack.enter_context(WebhookReceiver(self.folder.events, self.clock, delivered))
        self.observed.deliveries = webhooks.deliveries
        await stack.enter_async_context(self.live)
        if self.fields.get("live_video_required") is not None:
            video = LiveVideoReceiver(self.folder.live_video, on_event=self._tell)
            self._video = await stack.enter_async_context(video)
            stack.callback(self._note_video, self._video)
        if self.control is not None:
            caller = ControlCaller(self.control, self.folder.control, self.clock)
            self._caller = await stack.enter_async_context(caller)
            stack.callback(self._note_control, self._caller)
        key_environment = server_environment(data_dir, ())
        key = await make_key(self.roomtone, key_environment, self.folder.logs / "keys.log")
        async with asyncio.TaskGroup() as watchers:
            tasks = [watchers.create_task(self._show(), name="show progress")]
            # The flags by which a stand-in is reached are the server's from its start.
            steps = [self._begin_server, self._begin_meeting]
            for begin in reversed(steps) if client.gives_chromium_args else steps:
                tasks += await begin(stack, watchers, data_dir)
            async with ApiClient(self._base_url, key) as api:
                await self._send_bot(api, webhooks.url)
                await self._fetch(api)
                for task in tasks:
                    task.cancel()

    async def _begin_server(
        self, stack: AsyncExitStack, watchers: asyncio.TaskGroup, data_dir: Path
    ) -> list[asyncio.Task[None]]:
        """Start the server and wait for its address; the tasks that watch it."""
        environment = server_environment(data_dir, self.observed.truth.chromium_args)
        server = server_process(self.roomtone, data_dir, environment, self.folder.logs / "server.log")
        await stack.enter_async_context(server)
        tasks = [
            watchers.create_task(self._read_server(server), name="read the server's output"),
            watchers.create_task(self._watch(server), name="watch the server"),
        ]
        await self._address(server, self._server_url)
        sampler = Sampler(server.pid, self.clock)
        self.observed.usage = sampler.usage
        self.observed.memory = sampler.memory
        return [*tasks, watchers.create_task(sampler.run(), name="sample the bot's processes")]

    async def _begin_meeting(
        self, stack: AsyncExitStack, watchers: asyncio.TaskGroup, data_dir: Path
    ) -> list[asyncio.Task[None]]:
        """Open the meeting and wait for its link; the task that reads what happens in it."""
        del data_dir  # the meeting needs nothing of the server's
        client = staged_client(self.script.client)
        meeting = ChildProcess(
            "the meeting",
            client.command(self.script_path, self.roomtone),
            log=self.folder.logs / "meeting.log",
            environment=client.environment(),
            grace_s=MEETING_GRACE_S,
        )
        await stack.enter_async_context(meeting)
        task = watchers.create_task(self._read_meeting(meeting), name="read the meeting")
        await self._address(meeting, self._meeting_url)
        return [task]

    async def _send_bot(self, api: ApiClient, callback_url: str) -> None:
        assert self.observed.truth.url is not None
        request = staged_request(
            self.fields,
            meeting_link=self.observed.truth.url,
            callback_url=callback_url,
            live_url=self.live.url,
            control_url=None if self._caller is None else self._caller.url,
            video_url=None if self._video is None else self._video.url,
        )
        self.observed.created_s = self.clock()
        self.observed.bot_id = await api.create_bot(request)
        self._tell("bot created")
        deadline_s = self.expected.deadline_s + scheduled_wait_s(request, datetime.now(UTC))
        try:
            async with asyncio.timeout(deadline_s):
                await self._bot_done(api)
        except TimeoutError:
            status, log = await api.status(self.observed.bot_id), self.folder.logs / "server.log"
            self.observed.problem = (
                f"the bot was not done {deadline_s:.0f} s after its creation "
                f"(status {status}); the server's log is {log}"
            )
            await api.remove(self.observed.bot_id)
            return
        if request.get("callback_url") == callback_url and not await self._within(LAST_WEBHOOK_S):
            self.observed.problem = "the bot's status is Done, but its webhook bot.done did not come"

    async def _bot_done(self, api: ApiClient) -> None:
        """Wait for ``bot.done``, or for the status, which is all there is where the webhooks go elsewhere."""
        while not await self._within(POLL_S):
            if await api.status(self.observed.bot_id) == "Done":
                return

    async def _within(self, timeout_s: float) -> bool:
        """Whether ``bot.done`` comes within so many seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._done.wait()
        except TimeoutError:
            return False
        return True

    async def _fetch(self, api: ApiClient) -> None:
        self._tell("fetching the files")
        for what, target in (("video", self.folder.video), ("audio", self.folder.audio)):
            if await api.download(self.observed.bot_id, what, target):
                self._tell(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")
        n_segments = await fetch_streams(api, self.observed.bot_id, self.fields, self.folder.streams)
        if n_segments:
            self._tell(f"{self.folder.streams.name}: {n_segments} files of single participants")
        self.observed.detail = await api.detail(self.observed.bot_id)
        for path in await fetch_transcript(api, self.observed.detail, self.folder.transcript):
            self._tell(f"{path.name}: {path.stat().st_size / 1e3:.1f} kB")

    async def _read_server(self, server: ChildProcess) -> None:
        async for line in server.lines():
            url = url_in(line)
            if url is not None and not self._base_url:
                self._base_url = url
                self._server_url.set()

    async def _read_meeting(self, meeting: ChildProcess) -> None:
        truth = self.observed.truth
        with self.folder.meeting.open("w", encoding="utf-8") as journal:
            async for line in meeting.unlogged_lines():
                journal.write(line + "\n")
                journal.flush()
                what = truth.take(line)
                if truth.url is not None:
                    self._meeting_url.set()
                if what is not None and truth.counts[what] == 1:
                    self._tell(f"meeting: {what}")
        if not self._meeting_url.is_set():
            raise meeting.died("ended before it gave its address")

    async def _watch(self, server: ChildProcess) -> None:
        code = await server.ended()
        raise server.died(f"ended by itself with code {code}")

    async def _address(self, child: ChildProcess, known: asyncio.Event) -> None:
        self._phase = f"starting {child.name}"
        try:
            async with asyncio.timeout(START_S):
                await known.wait()
        except TimeoutError:
            raise child.late("gave no address", START_S) from None
        self._tell(f"{child.name} is ready")

    def _delivered(self, delivery: Delivery) -> None:
        self._tell(delivery.name or "a webhook of an unknown kind")
        if delivery.name == "bot.done":
            self._done.set()

    def _tell(self, text: str) -> None:
        self._phase = text
        self.progress.say(self.clock() - self.observed.started_s, text)

    async def _show(self) -> None:
        while True:
            now_s = self.clock()
            elapsed_s = now_s - self.observed.started_s
            self.progress.show(elapsed_s, self._phase, self.live.meetings.values(), now_s)
            await asyncio.sleep(SHOW_S)

    def _note_control(self, caller: ControlCaller) -> None:
        self.observed.control = caller.figures()

    def _note_video(self, video: LiveVideoReceiver) -> None:
        self.observed.live_video = video.counts.figures()

    def _kill_what_is_left(self) -> None:
        """The server's processes that it did not take along."""
        running = {(process.pid, process.started_ticks) for process in read_processes()}
        self.observed.children_left = kill_remaining(self.observed.usage.alive, running)


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks: a staging error where there is one."""
    leaves: list[BaseException] = []
    pending: list[Callable[[], None] | BaseException] = [group]
    while pending:
        error = pending.pop()
        if isinstance(error, BaseExceptionGroup):
            pending += list(error.exceptions)
        elif isinstance(error, BaseException):
            leaves.append(error)
    return next((leaf for leaf in leaves if isinstance(leaf, StagingError)), leaves[0])
