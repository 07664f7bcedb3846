"""Makes the participants' own files that a request asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.session.capture.streams.participant_streams import ParticipantStreams

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.request import BotRequest
    from roomtone.bot.session_protocol import Start

log = structlog.get_logger(__name__)


def needs_audio_streams(request: BotRequest) -> bool:
    """Whether voices are kept apart: it is asked for, or a transcript has to tell who said what."""
    return request.audio_separate_streams or request.recording_config.transcript is not None


def participant_streams(
    start: Start,
    send: Callable[[dict[str, Any]], None],
    warn: Callable[[str, str], None],
    start_s: float,
) -> ParticipantStreams | None:
    """The streams of a recording that begins at ``start_s`` (capture clock); None: no streams."""
    audio, video = needs_audio_streams(start.request), start.request.video_separate_streams
    if not (audio or video):
        return None
    try:
        return ParticipantStreams(
            Path(start.directory), audio=audio, video=video, send=send, start_s=start_s, warn=warn
        )
    except OSError as problem:
        log.warning("streams.not_begun", problem=type(problem).__name__)
        warn("streams_failed", f"the participants' own files cannot be made: {problem.strerror}")
        return None
