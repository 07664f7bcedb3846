"""The composition of a stay: one browser, one page, one recording, until there is a reason to leave."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.session_protocol import InMeeting, InWaitingRoom, Joining, Leaving, RecordingStarted, Warned
from roomtone.session.arrival import browser_options, open_meeting
from roomtone.session.attendance import Attendance, Limits
from roomtone.session.browser.chromium import open_browser
from roomtone.session.browser.errors import BrowserMissing, BrowserNotStarted, PageSilent
from roomtone.session.browser.link import PageLink
from roomtone.session.capture.attribution import Attribution
from roomtone.session.capture.recording_errors import RecordingDiskFull, RecordingFailed
from roomtone.session.command_dispatcher import CommandDispatcher
from roomtone.session.disk_watch import DiskWatch
from roomtone.session.evidence_files import EvidenceFiles
from roomtone.session.heartbeat import Heartbeat
from roomtone.session.link_listener import LinkListener
from roomtone.session.live.port import LiveFeed
from roomtone.session.live_outputs import LiveOutputs
from roomtone.session.live_parts import LiveParts
from roomtone.session.page_counts import PageCounts
from roomtone.session.page_watch import PageWatch
from roomtone.session.participant_news import ParticipantTeller
from roomtone.session.participant_streams import participant_streams
from roomtone.session.pictures import Pictures
from roomtone.session.platforms.dressing import undress
from roomtone.session.platforms.joining import (
    End,
    JoiningMachine,
    JoinLimits,
    ReportAdmitted,
    ReportWaiting,
    Sensed,
)
from roomtone.session.platforms.registry import DRIVERS
from roomtone.session.presence import Presence
from roomtone.session.profile_watch import ProfileWatch
from roomtone.session.recording_run import RecordingRun
from roomtone.session.records import Records
from roomtone.session.statistics import gather_statistics

if TYPE_CHECKING:
    from playwright.async_api import Page

    from roomtone.bot.session_protocol import Start, Statistics
    from roomtone.config import Settings
    from roomtone.session.browser.chromium import Browser
    from roomtone.session.capture.model import Signal
    from roomtone.session.ending import Ending, EndingCell
    from roomtone.session.journal import Journal
    from roomtone.session.platforms.base import StayNews

LATE_SOUND_S = 0.15
"""Sound that is on its way when the stay ends is waited for this long."""
LEAVE_DEADLINE_S = 8.0
"""Longest time for pictures of the page and a polite leave."""
WATCH_ENDS_S = 1.0
"""Longest wait for whoever looks at the page to let go of it."""
LAST_WORDS_S = 4.0
"""Longest time for the live stream to send what is left."""
NO_PAGE = frozenset({EndReason.BROWSER_CRASHED, EndReason.PAGE_UNRESPONSIVE, EndReason.MEETING_UNREACHABLE})
"""After these there is no page that could be shown or asked to leave."""

log = structlog.get_logger(__name__)


class Stay:
    """One stay in one meeting; `run` once, on one event loop.

    Args:
        start: What to do.
        settings: Of this process.
        journal: Told every event but the last.
        ending: Set from outside to leave; set by the stay when it ends by itself.
        hurry: Set when what is merely polite is to be left out.

    Attributes:
        orders: Takes what the bot is told to do in the meeting.
    """

    def __init__(
        self, start: Start, settings: Settings, journal: Journal, ending: EndingCell, hurry: asyncio.Event
    ) -> None:
        self._start = start
        self._request = start.request
        self._settings = settings
        self._journal = journal
        self._ending = ending
        self._hurry = hurry
        self._directory = Path(start.directory)
        self._driver = DRIVERS[start.request.address.platform]()
        self._attendance = Attendance(Limits.of(start.request.automatic_leave))
        self._records = Records(self._directory)
        self._counts = PageCounts()
        self._link = PageLink()
        self._pictures = Pictures(start.request, self._driver.traits, self._link.send, self._warn)
        self._profile = ProfileWatch.of(start, self._warn)
        self._evidence = EvidenceFiles(self._directory)
        self._disk = DiskWatch(self._directory, settings.min_free_disk_mb)
        self._people = ParticipantTeller(
            journal.write,
            wanted=start.participant_events,
            is_paused=lambda: self._recording is not None and self._recording.is_paused,
            bot_name=start.request.bot_name,
        )
        self._presence = Presence(start, self._driver, self._link, self._notice)
        self._listener = LinkListener(
            self._driver,
            attendance=self._attendance,
            records=self._records,
            counts=self._counts,
            pictures=self._pictures.track,
            on_news=self._on_news,
            on_signal=self._on_signal,
            on_voice=self._presence.voice.heard_of,
        )
        self._heartbeat = Heartbeat(
            journal,
            attendance=self._attendance,
            disk=self._disk,
            listener=self._listener,
            ending=ending,
            on_news=self._on_news,
        )
        self.orders = CommandDispatcher(lambda: self._recording, self._presence, journal.write)
        self._page: Page | None = None
        self._watch: PageWatch | None = None
        self._watching: asyncio.Task[None] | None = None
        self._taking_part: asyncio.Task[None] | None = None
        self._ordered: asyncio.Task[None] | None = None
        self._live_parts = LiveParts()
        self._live: LiveOutputs | None = None
        self._recording: RecordingRun | None = None
        self._recording_task: asyncio.Task[None] | None = None
        self._end_s: float | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._is_page_open = False

    @property
    def recorded_s(self) -> float:
        """Length of the recording so far."""
        return self._recording.recorded_s if self._recording is not None else 0.0

    @property
    def statistics(self) -> Statistics:
        """What was counted so far."""
        return gather_statistics(
            self._recording,
            self._listener,
            self._counts,
            self._pictures,
            self._live_parts,
        )

    @property
    def screenshots(self) -> tuple[str, ...]:
        """Pictures taken of the page, relative to the session's directory."""
        return tuple(self._evidence.names)

    async def run(self) -> None:
        """Join, record, leave; returns when the files are closed and the browser is gone.

        Whatever ends it is in the ending; what nobody foresaw is raised, after the files were closed.
        """
        if (complaint := self._disk.complaint()) is not None:
            self._ending.set(EndReason.DISK_FULL, complaint)
            return
        self._tell_joining(attempt=1)
        try:
            async with self._link, asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                others = [
                    tasks.create_task(self._listener.listen(aiter(self._link)), name="page-link"),
                    tasks.create_task(self._heartbeat.run(), name="heartbeat"),
                ]
                visit = tasks.create_task(self._visit(others), name="visit")
                await self._ending.wait()
                if not self._is_page_open:
                    visit.cancel()
                await asyncio.wait({visit})
                others += [task for task in (self._taking_part, self._ordered) if task is not None]
                for task in others:
                    task.cancel()
        finally:
            await self._close_recording()
            self._records.close()

    # The way in

    async def _visit(self, others: list[asyncio.Task[None]]) -> None:
        assert self._tasks is not None
        try:
            async with self._pictures.display() as display:
                options = browser_options(
                    self._settings,
                    self._driver.traits,
                    self._link.url,
                    video=self._request.video_required,
                    display=display,
                    video_streams=self._request.video_separate_streams,
                    storage_state=self._start.storage_state,
                )
                async with open_browser(options) as browser:
                    others.append(self._tasks.create_task(self._watch_browser(browser), name="browser-watch"))
                    await self._stay_on(browser.page, others)
        except BrowserMissing as problem:
            self._ending.set(EndReason.BROWSER_MISSING, str(problem))
        except BrowserNotStarted as problem:
            self._ending.set(EndReason.BROWSER_NOT_STARTED, str(problem))

    async def _stay_on(self, page: Page, others: list[asyncio.Task[None]]) -> None:
        assert self._tasks is not None
        failure = await open_meeting(self._driver, page, self._request, self._tell_joining)
        self._page = page
        self._is_page_open = True
        if failure is not None:
            self._ending.set(failure.reason, failure.detail)
        else:
            await self._profile.look(page)
            limits = JoinLimits(waiting_room_s=self._request.automatic_leave.waiting_room_timeout)
            machine = JoiningMachine(limits, time.monotonic())
            self._watch = PageWatch(
                self._driver,
                page,
                self._request,
                machine,
                self._on_report,
                on_notice=lambda notice: self._warn(notice.code, notice.message),
                picture=self._evidence.picture,
                turn=self._presence.hands.turn,
            )
            self._watching = self._tasks.create_task(self._watch.run(), name="page-watch")
            others.append(self._watching)
        ending = await self._ending.wait()
        self.orders.close()
        self._presence.hands.let_go()
        # Who leaves must not be led back in by who tends the page, nor go while a message is being written.
        tasks = (self._watching, self._taking_part, self._ordered)
        busy = {task for task in tasks if task is not None}
        for task in busy:
            task.cancel()
        if busy:
            await asyncio.wait(busy, timeout=WATCH_ENDS_S)
        await self._wind_up(page, ending)

    def _tell_joining(self, attempt: int) -> None:
        self._journal.write(Joining(at=_now(), attempt=attempt))

    def _on_news(self, news: StayNews | Sensed) -> None:
        if self._watch is not None:
            self._watch.hear(news)

    def _on_report(self, report: ReportWaiting | ReportAdmitted | End) -> None:
        match report:
            case End():
                self._ending.set(report.reason, self._profile.detail_of(report.reason, report.detail))
            case ReportWaiting(again=True):
                self._warn("returned_to_waiting_room", "the bot was put back into the waiting room")
                self._listener.sound_watch.away()
            case ReportWaiting():
                self._heartbeat.state = "in_waiting_room"
                self._journal.write(InWaitingRoom(at=_now()))
            case ReportAdmitted(again=True):
                self._warn("admitted_again", "the bot was let in again")
                self._presence.admitted_again()
                self._listener.sound_watch.began(time.monotonic())
            case ReportAdmitted():
                if report.sources == ("page",):
                    self._warn("admission_unconfirmed", "only the page says that the bot is in the meeting")
                self._begin_recording()

    # In the meeting

    def _begin_recording(self) -> None:
        """The bot has been admitted: everything is heard and kept from this moment on."""
        assert self._tasks is not None
        self._journal.write(InMeeting(at=_now()))
        sources = self._pictures.sources
        live = self._make_live()
        try:
            self._recording = RecordingRun(
                self._directory,
                attribution=Attribution(voices=self._driver.traits.voices, own_name=self._request.bot_name),
                pictures=sources,
                earlier=self._listener.earlier,
                ending=self._ending,
                warn=self._warn,
                on_turn=self._records.on_turn,
                live=live,
            )
        except RecordingFailed as problem:
            full = isinstance(problem, RecordingDiskFull)
            self._ending.set(EndReason.DISK_FULL if full else EndReason.INTERNAL_ERROR, str(problem))
            return
        streams = participant_streams(self._start, self._link.send, self._warn, self._recording.start_s)
        if streams is not None:
            self._recording.keep_streams(streams, self._listener.earlier)
        self._listener.begin(self._recording)
        self._records.begin(self._recording.start_s)
        self._attendance.admitted(self._recording.start_s)
        self._heartbeat.state = "recording"
        self._recording_task = self._tasks.create_task(self._recording.run(), name="recording")
        self._ordered = self._tasks.create_task(self.orders.run(), name="orders")
        if self._page is not None:
            self._taking_part = self._tasks.create_task(self._presence.run(self._page), name="presence")
        picture = sources[0].kind if sources else "none"
        self._journal.write(RecordingStarted(at=_now(), picture=picture))
        self._people.begin(self._recording.start_s)

    def _make_live(self) -> LiveOutputs:
        """What leaves the meeting while it runs, as asked for."""
        feeds = [LiveFeed("participants", self._people, on_tick=self._people.on_tick)]
        parts = LiveParts.of(self._start, self._presence, self._listener.earlier, self._warn)
        if parts.control is not None:
            self._people.listeners.append(parts.control.on_participant)
        feeds += parts.feeds()
        self._live_parts = parts
        self._live = LiveOutputs(feeds, self._warn)
        return self._live

    def _on_signal(self, signal: Signal) -> None:
        self._people.take(signal)
        if self._live is not None and self._recording is not None and self._recording.may_keep(signal):
            self._live.on_signal(signal)

    async def _watch_browser(self, browser: Browser) -> None:
        cause = await browser.died()
        self._ending.set(EndReason.BROWSER_CRASHED, f"the browser is gone: {cause}")

    def _warn(self, code: str, message: str) -> None:
        self._journal.write(Warned(at=_now(), code=code, message=message))

    def _notice(self, code: str, message: str) -> None:
        self._journal.write(Warned(at=_now(), code=code, message=message, severity="notice"))
        if self._live_parts.control is not None:
            self._live_parts.control.on_notice(code, message)

    # The way out

    async def _wind_up(self, page: Page, ending: Ending) -> None:
        """The stay ends now: the recording stops here, and the bot says goodbye."""
        self._end_s = time.monotonic()
        self._heartbeat.state = "leaving"
        self._journal.write(Leaving(at=_now(), reason=ending.reason))
        async with asyncio.TaskGroup() as tasks:
            if ending.reason not in NO_PAGE:
                tasks.create_task(self._leave(page, ending), name="leave")
            await asyncio.sleep(LATE_SOUND_S)
            await self._close_recording()

    async def _leave(self, page: Page, ending: Ending) -> None:
        """Pictures of the page, then a polite leave; within a deadline, and not at all in a hurry."""
        try:
            async with asyncio.timeout(LEAVE_DEADLINE_S), asyncio.TaskGroup() as tasks:
                goodbye = tasks.create_task(self._say_goodbye(page, ending), name="goodbye")
                hurry = tasks.create_task(self._await_hurry(), name="hurry")
                await asyncio.wait({goodbye, hurry}, return_when=asyncio.FIRST_COMPLETED)
                goodbye.cancel()
                hurry.cancel()
        except TimeoutError:
            log.info("session.leave_timed_out")

    async def _say_goodbye(self, page: Page, ending: Ending) -> None:
        try:
            await undress(page)
        except PageSilent:
            log.info("session.not_undressed")
        if self._recording is None or not self._recording.is_paused:
            await self._evidence.picture(page, "end" if self._recording is not None else "failure")
            if ENDINGS[ending.reason].status_code >= 400:
                await self._evidence.document(page, "failure")
        try:
            await self._driver.leave(page)
        except PageSilent as problem:
            log.info("session.leave_failed", problem=str(problem))

    async def _await_hurry(self) -> None:
        await self._hurry.wait()

    async def _close_recording(self) -> None:
        """Complete the files; what comes later is not recorded. May be called twice."""
        if self._recording is None:
            return
        end_s = self._end_s if self._end_s is not None else time.monotonic()
        if not await self._recording.finish(end_s):
            log.warning("session.files_not_completed")
        if self._recording_task is not None:
            await asyncio.wait({self._recording_task}, timeout=LAST_WORDS_S)
            self._recording_task.cancel()


def _now() -> datetime:
    return datetime.now(UTC)
