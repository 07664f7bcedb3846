"""A client's signalling socket: what it says becomes calls of the conference, what that says goes out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from fastapi import WebSocketDisconnect

from roomtone.practice.members import Goodbye
from roomtone.practice.script import AdmissionMode, AdmissionOutcome
from roomtone.practice.socket_jobs import first_of
from tests.standins.zoom import events
from tests.standins.zoom.events import Evt, decoded
from tests.standins.zoom.variants import REFUSED_BY_GATEWAY

if TYPE_CHECKING:
    from fastapi import WebSocket

    from tests.standins.zoom.attendee import Attendee
    from tests.standins.zoom.conference import Conference

SEND_TIMEOUT_S = 30.0
MAX_NAME_LENGTH = 200
MAX_CHAT_LENGTH = 5000
MAX_NEGOTIATION = 200
OVER = 6


async def serve_signalling(socket: WebSocket, conference: Conference) -> None:
    """Serve one client from the handshake to the end of its socket."""
    await socket.accept()
    client = conference.new_client()
    client.tell((Evt.CONNECTED, _connected(client, conference)))
    try:
        await first_of(
            reads=_read(socket, conference, client),
            writes=_write(socket, client),
            comes_in=_come_in(conference, client),
            is_cut=client.cut.wait(),
        )
    finally:
        client.finished.set()
        conference.part(client)


def _connected(client: Attendee, conference: Conference) -> dict[str, Any]:
    return {
        "ABtoken": f"bridge-{client.con_id}",
        "conID": client.con_id,
        "confID": f"conference-{conference.number}",
        "reportDomain": "zoom.us",
    }


async def _come_in(conference: Conference, client: Attendee) -> bool:
    """Take a client that has asked through the lobby into the meeting."""
    await client.asked.wait()
    outcome = REFUSED_BY_GATEWAY.get(conference.variant.outcome)
    if conference.ended.is_set() and not any(True for _ in conference.present()):
        outcome = OVER
    if outcome is not None:
        conference.log.note("join_refused", by="gateway", code=outcome, name=client.name, bot=client.bot)
        client.tell((Evt.JOIN_RESULT, {"res": outcome}))
        client.let_go(silent=False)
        return False
    conference.knock(client)
    client.tell_joined(conference.script.title, conference.number)
    if conference.script.admission.mode is AdmissionMode.OPEN:
        conference.admit(client)
    else:
        await _wait_in_lobby(conference, client)
    return False


async def _wait_in_lobby(conference: Conference, client: Attendee) -> None:
    admission = conference.script.admission
    waits_for_host = admission.mode is AdmissionMode.HOST and not conference.host_came.is_set()
    if waits_for_host:
        client.tell(events.attributes(running=False))
    client.tell(events.hold(on=True, initial=True))
    conference.log.note("guest_in_lobby", id=client.id, name=client.name, bot=client.bot)
    if waits_for_host:
        await conference.host_came.wait()
        client.tell(events.attributes())
    if admission.outcome is AdmissionOutcome.NEVER:
        return
    await asyncio.sleep(admission.after_s)
    if admission.outcome is AdmissionOutcome.DENY:
        conference.log.note("guest_denied", id=client.id, name=client.name, bot=client.bot)
        client.tell(events.end(events.END_REMOVED))
        client.let_go(silent=False)
    elif not client.gone:
        await conference.let_in(client)


async def _write(socket: WebSocket, client: Attendee) -> bool:
    """Send what is in the outbox, until the goodbye."""
    while True:
        message = await client.outbox.get()
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                if isinstance(message, Goodbye):
                    await socket.close(1000)
                    return True
                await socket.send_text(json.dumps(message))
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return True


async def _read(socket: WebSocket, conference: Conference, client: Attendee) -> bool:
    """Take what the client says, until its socket ends."""
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return True
        try:
            message = json.loads(received.get("text") or "null")
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            body = message.get("body")
            _take(conference, client, message.get("evt"), body if isinstance(body, dict) else {})


def _take(conference: Conference, client: Attendee, number: object, body: dict[str, Any]) -> None:
    if client.gone:
        return
    match number:
        case Evt.KEEP_ALIVE:
            client.tell((Evt.KEEP_ALIVE, {}))
        case Evt.JOIN if not client.asked.is_set():
            client.name = decoded(body.get("dn2")).strip()[:MAX_NAME_LENGTH]
            client.bot = conference.script.bot in {None, client.name}
            client.asked.set()
        case Evt.REJOIN:
            client.rejoined.set()
        case Evt.LEAVE:
            client.said_goodbye = True
            conference.log.note("guest_said_goodbye", id=client.id, name=client.name, bot=client.bot)
        case Evt.MEDIA_NEGOTIATION if conference.variant.audio == "wmsc":
            if client.negotiation is None:
                client.negotiation = asyncio.Queue(MAX_NEGOTIATION)
                conference.negotiate_media(client, client.negotiation)
            with contextlib.suppress(asyncio.QueueFull):
                client.negotiation.put_nowait(body)
        case Evt.CONSENT:
            client.consented = True
            conference.log.note("guest_consented", id=client.id, to=str(body.get("confirmed"))[:50])
    if client.admitted:
        _take_in_meeting(conference, client, number, body)


def _take_in_meeting(conference: Conference, client: Attendee, number: object, body: dict[str, Any]) -> None:
    match number:
        case Evt.OWN_AUDIO:
            joined = body.get("audio") == "computer"
            if joined and not client.joined_audio:
                conference.log.note("guest_joined_audio", id=client.id, name=client.name, bot=client.bot)
            client.joined_audio = joined
            client.microphone = joined and body.get("muted") is False
            conference.change(client)
            own = {
                "id": int(client.id),
                "audio": "computer" if joined else "",
                "muted": not client.microphone,
            }
            client.tell(events.roster(update=[own], as_maps=client.as_maps))
        case Evt.OWN_VIDEO:
            client.camera = body.get("bVideoOn") is True
            conference.change(client)
            own = {"id": int(client.id), "bVideoOn": client.camera}
            client.tell(events.roster(update=[own], as_maps=client.as_maps))
        case Evt.CHAT_FROM_CLIENT:
            text = decoded(body.get("text"))[:MAX_CHAT_LENGTH]
            if text.strip():
                conference.write(client, text)
        case Evt.CAPTIONS_WANTED:
            client.wants_captions = body.get("bOn") is True
            client.tell((Evt.CAPTION_STATUS, {"bOn": client.wants_captions, "bCanEnable": True}))
