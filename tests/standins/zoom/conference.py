"""The conference: the practice meeting's people and agenda, spoken to its clients as Zoom's servers do."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from roomtone.practice.meeting import Meeting
from roomtone.practice.script import Ending, EventKind
from roomtone.practice.socket_jobs import first_of
from roomtone.practice.speaking import PERIOD_S, active_speakers
from tests.standins.zoom import events
from tests.standins.zoom.active_people import ActivePeople
from tests.standins.zoom.attendee import Attendee
from tests.standins.zoom.media import serve_wmsc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.practice.happenings import Happening, HappeningLog
    from roomtone.practice.members import Guest, Scripted
    from roomtone.practice.script import Script
    from tests.standins.zoom.variants import Variant

FIRST_GUEST = 98
"""Guests are numbered from here, scripted people from 0."""
GHOST_S = 30.0
"""How long a client that went without a word stays in the roster."""
REJOIN_S = 15.0
"""How long a client that is let in may take to ask for it."""
CONSENT_S = 20.0
"""How long a client may stay in a meeting with strict consent without giving it."""


class Conference(Meeting):
    """One Zoom meeting while it runs; called in the event loop alone.

    Attributes:
        variant: Which Zoom it is.
        number: The meeting's number.
        clients: Every client with a signalling socket, and every ghost, by connection id.
        closed: Set when the stand-in stops.
        host_came: Set when a scripted host has been there.
    """

    def __init__(
        self,
        script: Script,
        scripted: Sequence[Scripted],
        log: HappeningLog,
        tasks: asyncio.TaskGroup,
        *,
        variant: Variant,
        number: str,
    ) -> None:
        super().__init__(script, scripted, log, tasks)
        self.mesh = None
        self.variant = variant
        self.number = number
        self.clients: dict[str, Attendee] = {}
        self.closed = asyncio.Event()
        self.host_came = asyncio.Event()
        self._tasks = tasks
        self._people = ActivePeople()
        self._guests_seen = 0
        for member in scripted:
            member.id = str(events.user_id(member.index))
        log.listeners.append(self._caption)

    # Clients

    def new_client(self) -> Attendee:
        """A client that has opened its socket, in the preview."""
        number = FIRST_GUEST + self._guests_seen
        self._guests_seen += 1
        client = Attendee(
            str(events.user_id(number)),
            "",
            bot=False,
            con_id=f"connection-{self._guests_seen}",
            as_maps=self.variant.signalling == "worker",
            consented=self.variant.meeting != "consent-strict",
        )
        self.clients[client.con_id] = client
        return client

    async def let_in(self, client: Attendee) -> None:
        """Let a client in from the lobby or from hold: it is told to ask again, and asks."""
        client.rejoined.clear()
        client.tell(events.end(events.END_RECONNECT, 1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REJOIN_S):
                await client.rejoined.wait()
        if client.rejoined.is_set():
            client.tell_joined(self.script.title, self.number)
            self.admit(client)
        else:
            self.log.note("guest_did_not_rejoin", id=client.id, name=client.name, bot=client.bot)

    def admit(self, guest: Guest) -> None:
        """A client is in the meeting from now on."""
        super().admit(guest)
        assert isinstance(guest, Attendee)
        guest.on_hold = False
        if self._people.shown is not None:
            guest.tell(self._active_video(self._people.shown))
        if not guest.consented:
            self._tasks.create_task(self._demand_consent(guest), name="demand consent")

    def part(self, client: Attendee) -> None:
        """A client's socket has ended; one that said nothing stays as a ghost for a while."""
        if client.id not in self.guests:
            self.clients.pop(client.con_id, None)
            return
        if client.said_goodbye or client.gone:
            self.forget(client)
            return
        self.log.note("guest_vanished", id=client.id, name=client.name, bot=client.bot)
        client.vanished = client.gone = True
        client.finished.set()
        if self.ended.is_set():
            self.forget(client)
            return
        self._tasks.create_task(self._haunt(client), name="ghost")

    def forget(self, guest: Guest) -> None:
        """A client is gone from the roster."""
        super().forget(guest)
        assert isinstance(guest, Attendee)
        self.clients.pop(guest.con_id, None)

    def negotiate_media(self, client: Attendee, inbox: asyncio.Queue[dict[str, Any]]) -> None:
        """Serve the media that a client negotiates on its signalling socket, until it is gone."""

        async def say(body: dict[str, Any]) -> None:
            client.tell((events.Evt.MEDIA_NEGOTIATION, body))

        async def served() -> bool:
            await serve_wmsc(inbox, say, self, client)
            return True

        serving = first_of(media=served(), client=client.finished.wait())
        self._tasks.create_task(serving, name=f"media of {client.con_id}")

    # What the script does

    def arrive(self, member: Scripted) -> None:
        """A scripted participant joins."""
        super().arrive(member)
        if member.script.host:
            self.host_came.set()

    def suffer(self, what: EventKind) -> None:
        """Do to the bot what the script says."""
        bots = [guest for guest in self.guests.values() if guest.bot and isinstance(guest, Attendee)]
        if what is EventKind.BOT_REMOVED:
            self._remove(bots)
        elif what is EventKind.BOT_PUT_ON_HOLD:
            for client in bots:
                if client.admitted:
                    self._put_on_hold(client)
        elif what is EventKind.BOT_LET_IN_AGAIN:
            for client in bots:
                if client.on_hold:
                    self._tasks.create_task(self.let_in(client), name="let in again")
        else:
            super().suffer(what)

    def end(self, how: Ending) -> None:
        """End the meeting in one of the ways a script can name, with its code."""
        code = self.script.ends.code if self.script.ends else None
        if how is Ending.ENDED or (how is Ending.CONNECTION_LOST and code is not None):
            for guest in self.guests.values():
                if isinstance(guest, Attendee):
                    guest.tell(events.end(events.END_BY_HOST if code is None else code))
        super().end(how)
        if how is Ending.CONNECTION_LOST:
            for client in self.clients.values():
                client.let_go(silent=True)
        for guest in list(self.guests.values()):
            if isinstance(guest, Attendee) and guest.vanished:
                self.forget(guest)

    def _remove(self, clients: Sequence[Attendee]) -> None:
        ends = self.script.ends
        code = ends.code if ends and ends.how is Ending.BOT_REMOVED and self.ended.is_set() else None
        for client in clients:
            self.log.note("bot_removed", id=client.id)
            client.tell(events.end(events.END_REMOVED if code is None else code))
            client.let_go(silent=False)

    def _put_on_hold(self, client: Attendee) -> None:
        self.log.note("bot_put_on_hold", id=client.id)
        client.admitted = False
        client.on_hold = True
        client.tell(events.hold(on=True, initial=False))
        self._tell({"type": "participant_left", "id": client.id})

    async def _haunt(self, client: Attendee) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GHOST_S):
                await self.closed.wait()
        self.forget(client)

    async def _demand_consent(self, client: Attendee) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONSENT_S):
                await self.closed.wait()
        if not client.consented and not client.gone:
            self.log.note("bot_removed", id=client.id, without="consent")
            client.tell(events.end(events.END_KICKED))
            client.let_go(silent=False)

    # Who speaks

    async def watch_speakers(self) -> None:
        """Tell the clients who speaks and who is on the big tile; runs until it is cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            present = [member.id for member in self.scripted if member.present]
            loud = active_speakers(self._levels_dbfs(), self._people.speakers)
            news = self._people.hear(loud, present, time.monotonic())
            if news.speakers is not None:
                self._tell({"type": "active_speakers", "ids": list(news.speakers)})
            if news.shown is not None:
                for guest in self.guests.values():
                    if guest.admitted and isinstance(guest, Attendee):
                        guest.tell(self._active_video(news.shown))

    def _active_video(self, member_id: str) -> events.Event:
        camera_on = any(member.id == member_id and member.camera is not None for member in self.scripted)
        return events.active_video(int(member_id), video_on=camera_on)

    def _caption(self, happening: Happening) -> None:
        if happening.what not in {"clip_began", "clip_ended"}:
            return
        facts = happening.facts
        member = self.scripted[facts["participant"]]
        text = str(facts["clip"]).rpartition(".")[0].replace("-", " ") or str(facts["clip"])
        number = facts["participant"] * 1000 + facts["says"]
        for guest in self.guests.values():
            if isinstance(guest, Attendee) and guest.wants_captions and guest.id == facts["guest"]:
                done = happening.what == "clip_ended"
                guest.tell(events.caption(number, int(member.id), text, done=done))
