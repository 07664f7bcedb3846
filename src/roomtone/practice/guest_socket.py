"""A guest's socket: what a browser says becomes calls of the meeting, what that says becomes messages."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from fastapi import WebSocketDisconnect

from roomtone.practice.members import Goodbye, Guest
from roomtone.practice.painted import feed
from roomtone.practice.script import AdmissionMode, AdmissionOutcome
from roomtone.practice.socket_jobs import first_of

if TYPE_CHECKING:
    from fastapi import WebSocket

    from roomtone.practice.meeting import Meeting

JOIN_TIMEOUT_S = 30.0
SEND_TIMEOUT_S = 30.0
MAX_NAME_LENGTH = 200
MAX_CHAT_LENGTH = 5000
MAX_STREAM_ID_LENGTH = 200


async def attend(socket: WebSocket, meeting: Meeting, guest_id: str) -> None:
    """Serve one guest from the handshake to the end of the socket."""
    await socket.accept()
    try:
        async with asyncio.timeout(JOIN_TIMEOUT_S):
            name = _name(await _message(socket))
    except (TimeoutError, WebSocketDisconnect):
        return
    if name is None:
        await socket.close(1008, "the first message must be join with a name")
        return
    if meeting.lost:
        return
    guest = Guest(guest_id, name, bot=meeting.script.bot in {None, name})
    if meeting.ended.is_set() and not any(True for _ in meeting.present()):
        guest.send({"type": "ended", "how": "ended"})
        guest.let_go(silent=False)
    else:
        meeting.knock(guest)
    try:
        await first_of(
            reads=_read(socket, meeting, guest),
            writes=_write(socket, guest),
            comes_in=_come_in(meeting, guest),
            is_cut=guest.cut.wait(),
        )
    finally:
        meeting.forget(guest)


async def _come_in(meeting: Meeting, guest: Guest) -> bool:
    """Take a guest through the lobby into the meeting; in a painted meeting, feed them its media."""
    if guest.gone:
        return False
    admission = meeting.script.admission
    if admission.mode is AdmissionMode.LOBBY:
        guest.send({"type": "waiting"})
        if admission.outcome is AdmissionOutcome.NEVER:
            return False
        await asyncio.sleep(admission.after_s)
        if admission.outcome is AdmissionOutcome.DENY:
            meeting.log.note("guest_denied", id=guest.id, name=guest.name, bot=guest.bot)
            guest.send({"type": "denied"})
            guest.let_go(silent=False)
            return False
    meeting.admit(guest)
    if meeting.mesh is None:
        await feed(meeting, guest)
    return False


async def _write(socket: WebSocket, guest: Guest) -> bool:
    """Send what is in the outbox, until the goodbye."""
    while True:
        message = await guest.outbox.get()
        if isinstance(message, Goodbye):
            await socket.close(1000)
            return True
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                if isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_text(json.dumps(message))
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return True


async def _read(socket: WebSocket, meeting: Meeting, guest: Guest) -> bool:
    """Take what the browser says, until it leaves or is gone."""
    while True:
        try:
            message = await _message(socket)
        except WebSocketDisconnect:
            return True
        if message.get("type") == "leave":
            guest.let_go(silent=False)
            return False
        if guest.admitted and not guest.gone:
            await _take(meeting, guest, message)


async def _take(meeting: Meeting, guest: Guest, message: dict[str, Any]) -> None:
    match message:
        case {"type": "chat", "text": str(text)} if text.strip():
            meeting.write(guest, text[:MAX_CHAT_LENGTH])
        case {"type": "state"}:
            _take_state(guest, message)
            meeting.change(guest)
        case {"type": "level", "level": int() | float() as level}:
            guest.level = min(1.0, max(0.0, float(level)))
        case {"type": "signal", "to": str(member_id)}:
            await _pass_on(meeting, guest, member_id, message)


async def _pass_on(meeting: Meeting, guest: Guest, member_id: str, message: dict[str, Any]) -> None:
    other = meeting.guests.get(member_id)
    if other is None and meeting.mesh is not None:
        await meeting.mesh.take(guest, member_id, message)
    elif other is not None and other.admitted:
        passed: dict[str, Any] = {"type": "signal", "from": guest.id}
        passed.update((key, message[key]) for key in ("description", "candidate") if key in message)
        other.send(passed)


def _take_state(guest: Guest, message: dict[str, Any]) -> None:
    guest.microphone = message.get("microphone") is True
    guest.camera = message.get("camera") is True
    guest.sharing = message.get("sharing") is True
    streams = message.get("streams")
    if isinstance(streams, dict):
        guest.main_stream = str(streams.get("main", ""))[:MAX_STREAM_ID_LENGTH]
        guest.share_stream = str(streams.get("share", ""))[:MAX_STREAM_ID_LENGTH]


async def _message(socket: WebSocket) -> dict[str, Any]:
    """The next JSON object; anything else a browser may send becomes an empty one."""
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1006))
    try:
        message = json.loads(received.get("text") or "null")
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _name(message: dict[str, Any]) -> str | None:
    name = message.get("name")
    if message.get("type") != "join" or not isinstance(name, str) or not name.strip():
        return None
    return name.strip()[:MAX_NAME_LENGTH]
