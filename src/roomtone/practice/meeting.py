"""The meeting itself: who is in it, who is told what, and how it ends."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from roomtone.practice.meeting_clock import SAMPLE_RATE_HZ
from roomtone.practice.mesh import Mesh
from roomtone.practice.script import Clock, Ending, EventKind
from roomtone.practice.speaking import PERIOD_S, WINDOW_S, active_speakers, level_dbfs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roomtone.practice.happenings import HappeningLog
    from roomtone.practice.members import Guest, Scripted
    from roomtone.practice.script import Script, Share


class Meeting:
    """One meeting while it runs; called in the event loop alone.

    Attributes:
        script: What is staged.
        scripted: The script's people, present or not, by their place in the script.
        guests: Guests in the lobby and in the meeting, by id.
        clock_started: Set when second zero is known.
        ended: Set at the end that the script names, or when the last scripted participant has left for good.
        over: Set when it has ended and nobody is left; nothing will happen any more.
        lost: Whether it has ended as a lost connection: nobody is answered any more.
    """

    def __init__(
        self, script: Script, scripted: Sequence[Scripted], log: HappeningLog, tasks: asyncio.TaskGroup
    ) -> None:
        self.script = script
        self.scripted = scripted
        self.guests: dict[str, Guest] = {}
        self.clock_started = asyncio.Event()
        self.ended = asyncio.Event()
        self.over = asyncio.Event()
        self.lost = False
        self.log = log
        self.mesh: Mesh | None = None if script.variant == "painted" else Mesh(log, tasks)
        self._speakers: tuple[str, ...] = ()
        self._messages = 0

    # People

    def present(self) -> Iterator[Scripted | Guest]:
        """Everybody who is in the meeting now, scripted people first."""
        yield from (member for member in self.scripted if member.present)
        yield from (guest for guest in self.guests.values() if guest.admitted)

    def arrive(self, member: Scripted) -> None:
        """A scripted participant joins."""
        member.present = True
        self.log.note("participant_joined", id=member.id, participant=member.index, name=member.name)
        for guest in self._admitted():
            if self.mesh:
                self.mesh.connect(member, guest, offering=False)
            guest.send({"type": "participant_joined", "participant": member.as_json()})

    def depart(self, member: Scripted) -> None:
        """A scripted participant leaves; nothing happens if they are not there."""
        if not member.present:
            return
        member.present = False
        member.showing = None
        self.log.note("participant_left", id=member.id, participant=member.index, name=member.name)
        if self.mesh:
            self.mesh.disconnect(member=member)
        self._tell({"type": "participant_left", "id": member.id})

    def knock(self, guest: Guest) -> None:
        """A guest wants to come in."""
        self.guests[guest.id] = guest
        self.log.note("guest_knocked", id=guest.id, name=guest.name, bot=guest.bot)

    def admit(self, guest: Guest) -> None:
        """Let a guest in: they hear who is there, the others of them, and the scripted people call."""
        if guest.gone:
            return
        others = [member.as_json() for member in self.present()]
        guest.admitted = True
        self.log.note("guest_admitted", id=guest.id, name=guest.name, bot=guest.bot)
        if self.script.clock is Clock.BOT_ADMITTED and guest.bot and not self.clock_started.is_set():
            self.start_clock()
        guest.send({"type": "admitted", "id": guest.id, "title": self.script.title, "participants": others})
        self._tell({"type": "participant_joined", "participant": guest.as_json()}, besides=guest)
        if self._speakers:
            guest.send({"type": "active_speakers", "ids": list(self._speakers)})
        for member in self.scripted:
            if member.present and self.mesh:
                self.mesh.connect(member, guest, offering=True)

    def forget(self, guest: Guest) -> None:
        """A guest's socket has ended, whatever the reason."""
        guest.gone = True
        if self.guests.pop(guest.id, None) is None:
            return
        self.log.note("guest_left", id=guest.id, name=guest.name, bot=guest.bot)
        if self.mesh:
            self.mesh.disconnect(guest=guest, silent=self.lost)
        if guest.admitted:
            self._tell({"type": "participant_left", "id": guest.id})
        self.check_over()

    # What people do

    def change(self, member: Scripted | Guest) -> None:
        """Tell everybody else what a member's state is now."""
        besides = None if member in self.scripted else member
        self._tell({"type": "participant_changed", "participant": member.as_json()}, besides=besides)

    def share(self, member: Scripted, share: Share | None) -> None:
        """A scripted participant begins to share a screen, or stops (None)."""
        if not member.present or member.showing is share:
            return
        member.showing = share
        self.log.note("share_started" if share else "share_stopped", id=member.id, participant=member.index)
        self.change(member)

    def rename(self, member: Scripted, name: str) -> None:
        """A scripted participant takes another name."""
        member.name = name
        self.log.note("participant_renamed", id=member.id, participant=member.index, name=name)
        if member.present:
            self.change(member)

    def write(self, member: Scripted | Guest, text: str) -> None:
        """A chat message, to everybody including its author."""
        self._messages += 1
        self.log.note("chat_written", id=member.id, name=member.name, text=text)
        message = {
            "message_id": f"message-{self._messages}",
            "id": member.id,
            "name": member.name,
            "text": text,
        }
        self._tell({"type": "chat", **message})

    def suffer(self, what: EventKind) -> None:
        """Do to the bot what the script says."""
        for guest in [guest for guest in self._admitted() if guest.bot]:
            if what is EventKind.BOT_MUTED_BY_HOST:
                self.log.note("bot_muted", id=guest.id)
                guest.send({"type": "bot_muted_by_host"})
            elif what is EventKind.BOT_PAGE_RELOADED:
                self.log.note("bot_page_reloaded", id=guest.id)
                guest.send({"type": "reload"})
            elif what is EventKind.BOT_REMOVED:
                self.log.note("bot_removed", id=guest.id)
                guest.send({"type": "ended", "how": "removed"})
                guest.let_go(silent=False)

    # Beginning and end

    def start_clock(self) -> None:
        """Second zero of the script is now."""
        self.log.clock.start(time.monotonic())
        self.log.note("clock_started", zero_monotonic_s=self.log.clock.zero_s)
        self.clock_started.set()

    def end(self, how: Ending) -> None:
        """End the meeting in one of the ways a script can name."""
        self.log.note("meeting_ended", how=how.value)
        self.ended.set()
        if how is Ending.BOT_REMOVED:
            self.suffer(EventKind.BOT_REMOVED)
        elif how is Ending.CONNECTION_LOST:
            self._lose()
        else:
            for member in self.scripted:
                self.depart(member)
            if how is Ending.ENDED:
                for guest in self.guests.values():
                    guest.send({"type": "ended", "how": "ended"})
                    guest.let_go(silent=False)
        self.check_over()

    def check_over(self) -> None:
        """Notice that it has ended and everybody has gone."""
        if self.ended.is_set() and not self.guests and not self.over.is_set():
            self.log.note("meeting_over")
            self.over.set()

    def _lose(self) -> None:
        self.lost = True
        if self.mesh:
            self.mesh.disconnect(silent=True)
        for guest in self.guests.values():
            guest.let_go(silent=True)

    # Speakers

    async def watch_speakers(self) -> None:
        """Tell the guests who speaks, as it changes; runs until it is cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            speakers = active_speakers(self._levels_dbfs(), self._speakers)
            if speakers != self._speakers:
                self._speakers = speakers
                self._tell({"type": "active_speakers", "ids": list(speakers)})

    def _levels_dbfs(self) -> dict[str, float]:
        n_samples = int(WINDOW_S * SAMPLE_RATE_HZ)
        now_s = self.log.clock.at_s(time.monotonic())
        levels: dict[str, float] = {}
        if now_s is not None:
            begin = int(now_s * SAMPLE_RATE_HZ) - n_samples
            for member in self.scripted:
                if member.present:
                    levels[member.id] = member.voice.timeline.level_dbfs(begin, n_samples)
        for guest in self._admitted():
            if guest.microphone:
                levels[guest.id] = level_dbfs(guest.level)
        return levels

    def _admitted(self) -> list[Guest]:
        return [guest for guest in self.guests.values() if guest.admitted]

    def _tell(self, message: dict[str, Any], besides: Scripted | Guest | None = None) -> None:
        for guest in self._admitted():
            if guest is not besides:
                guest.send(message)
