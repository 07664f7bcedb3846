"""One WebRTC connection: a scripted participant's media on their way to one browser."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.sdp import candidate_from_sdp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiortc import MediaStreamTrack

CLOSE_TIMEOUT_S = 5.0
MAX_SDP_LENGTH = 100_000
REFUSALS = (
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    AssertionError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
    ConnectionError,
)
"""What aiortc raises for session descriptions and candidates that make no sense."""

GOOD_SOUND_BPS = 128_000
"""A voice that is compared with what was said is asked for in so many bits a second."""

_OPUS = re.compile(r"^(a=rtpmap:(\d+) opus/48000/2\r?\n)", re.MULTILINE)
_MSID = re.compile(r"^a=msid:\S+ (\S+)\r?$", re.MULTILINE)


class Peer:
    """A connection that sends three tracks (voice, camera, share) and receives a voice, or nothing.

    Args:
        tracks: The voice, the camera and the share, in the order of the media lines.
        stream_ids: The `MediaStream` id under which each of them arrives.
        on_voice: Told the track of the browser's voice; None: it is not received.
    """

    def __init__(
        self,
        tracks: Sequence[MediaStreamTrack],
        stream_ids: Sequence[str],
        on_voice: Callable[[MediaStreamTrack], None] | None = None,
    ) -> None:
        self._stream_ids = stream_ids
        self._hears = on_voice is not None
        self._tracks = tracks
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        for track in tracks:
            hears = on_voice is not None and track.kind == "audio"
            direction = "sendrecv" if hears else "sendonly"
            transceiver = self._connection.addTransceiver(track, direction=direction)
            codecs = RTCRtpSender.getCapabilities(track.kind).codecs
            wanted = ("audio/opus",) if track.kind == "audio" else ("video/VP8", "video/rtx")
            transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in wanted])
        if on_voice is not None:
            self._connection.on("track", on_voice)

    async def offer(self) -> dict[str, str]:
        """The offer to send to the browser."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._local_description()

    async def take(self, signal: dict[str, Any]) -> dict[str, str] | None:
        """Take a description or a candidate of the browser; gives the answer to send back, where one is due.

        Raises:
            ValueError: If it is none, or does not fit.
        """
        description = signal.get("description")
        if isinstance(description, dict):
            return await self._take_description(description)
        candidate = signal.get("candidate")
        if isinstance(candidate, dict):
            await self._take_candidate(candidate)
        return None

    async def close(self) -> None:
        """Say goodbye and close; idempotent. Takes `CLOSE_TIMEOUT_S` at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._connection.close()

    async def vanish(self) -> None:
        """Stop sending without a word: no goodbye of RTP or DTLS reaches the browser."""
        for transceiver in self._connection.getTransceivers():
            ice = transceiver.sender.transport.transport
            await ice.stop()
        await self.close()

    async def _take_description(self, description: dict[str, Any]) -> dict[str, str] | None:
        kind, sdp = description.get("type"), description.get("sdp")
        if kind not in {"offer", "answer"} or not isinstance(sdp, str) or len(sdp) > MAX_SDP_LENGTH:
            raise ValueError("not a session description")
        await self._connection.setRemoteDescription(RTCSessionDescription(without_mdns(sdp), kind))
        if kind == "answer":
            return None
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return self._local_description()

    async def _take_candidate(self, candidate: dict[str, Any]) -> None:
        line = candidate.get("candidate")
        if not isinstance(line, str) or not line or ".local " in line:
            return
        parsed = candidate_from_sdp(line.removeprefix("candidate:"))
        parsed.sdpMid = candidate.get("sdpMid")
        parsed.sdpMLineIndex = candidate.get("sdpMLineIndex")
        await self._connection.addIceCandidate(parsed)

    def _local_description(self) -> dict[str, str]:
        description = self._connection.localDescription
        sdp = with_stream_ids(description.sdp, self._stream_ids)
        return {"type": description.type, "sdp": with_good_sound(sdp) if self._hears else sdp}


def with_stream_ids(sdp: str, stream_ids: Sequence[str]) -> str:
    """A session description whose media lines, in order, have their tracks in the given streams."""
    remaining = iter(stream_ids)
    return _MSID.sub(lambda found: f"a=msid:{next(remaining)} {found[1]}\r", sdp)


def with_good_sound(sdp: str) -> str:
    """A session description that asks for voices as they are.

    In `GOOD_SOUND_BPS`, and in stereo: browsers encode one channel as a telephone would, without its lows.
    """
    return _OPUS.sub(rf"\1a=fmtp:\2 stereo=1;maxaveragebitrate={GOOD_SOUND_BPS}\r\n", sdp)


def without_mdns(sdp: str) -> str:
    """A session description without candidates that hide their address: the browser reaches us, not we it."""
    lines = sdp.splitlines()
    kept = [line for line in lines if not (line.startswith("a=candidate:") and ".local " in line)]
    return "\r\n".join(kept) + "\r\n"
