"""aiortc connections of the stand-in's servers: what every one of them needs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import structlog
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from roomtone.practice.peer import REFUSALS, without_mdns

if TYPE_CHECKING:
    from aiortc import RTCRtpTransceiver

CLOSE_TIMEOUT_S = 5.0

_WANTED = {"audio": ("audio/opus",), "video": ("video/VP8", "video/rtx")}
_log = structlog.get_logger(__name__)


def new_peer() -> RTCPeerConnection:
    """A connection on this machine alone, all lines over one port."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def prefer(transceiver: RTCRtpTransceiver) -> None:
    """Offer or answer a line with Opus or VP8 alone, in which everything is encoded."""
    codecs = RTCRtpSender.getCapabilities(transceiver.kind).codecs
    transceiver.setCodecPreferences(
        [codec for codec in codecs if codec.mimeType in _WANTED[transceiver.kind]]
    )


async def take_description(peer: RTCPeerConnection, description: Any, kind: str) -> bool:
    """Take the browser's offer or answer; False, logged, when it makes no sense."""
    try:
        await peer.setRemoteDescription(RTCSessionDescription(without_mdns(description["sdp"]), kind))
    except REFUSALS as problem:
        _log.warning("standin.description_refused", kind=kind, problem=type(problem).__name__)
        return False
    return True


async def take_candidate(peer: RTCPeerConnection, candidate: Any) -> None:
    """Take a candidate of the browser; those that hide their address, the last (empty) one and nonsense are passed over."""
    if not isinstance(candidate, dict):
        return
    line = candidate.get("candidate")
    if not isinstance(line, str) or not line or ".local " in line:
        return
    with contextlib.suppress(*REFUSALS):
        parsed = candidate_from_sdp(line.removeprefix("candidate:"))
        parsed.sdpMid = candidate.get("sdpMid")
        parsed.sdpMLineIndex = candidate.get("sdpMLineIndex")
        await peer.addIceCandidate(parsed)


async def close(peer: RTCPeerConnection, *, silent: bool) -> None:
    """Close; idempotent, takes `CLOSE_TIMEOUT_S` at most. Silently: no goodbye of RTP or DTLS reaches the browser."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            if silent:
                for transceiver in peer.getTransceivers():
                    await transceiver.sender.transport.transport.stop()
            await peer.close()
