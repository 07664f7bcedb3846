"""``roomtone join``: record one meeting, here and now."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.foreground.recording import Outcome
    from roomtone.foreground.transcribing import Transcription


def join(
    link: str,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    no_video: Annotated[bool, Parameter(negative="")] = False,
    live: str | None = None,
    name: str = "Roomtone",
    profile: str | None = None,
    transcript: str | None = None,
) -> None:
    """Record a meeting in the foreground, without a server. Ctrl-C leaves and finishes the files.

    Parameters
    ----------
    link:
        Link of the meeting.
    output:
        Folder for video.mp4 and audio.mp3; default: a new one named after the time.
    no_video:
        Record sound only.
    live:
        WebSocket to stream every speaker's audio to, such as the one `roomtone listen` prints.
    name:
        The name other participants see.
    profile:
        Signed-in browser profile to join with, made by `roomtone profile login`.
    transcript:
        Who makes a transcript (transcript.json, .md and .srt) afterwards: `local`, which needs no account,
        `meeting_captions`, or a provider whose key is set (ROOMTONE_DEEPGRAM_API_KEY and its like).
    """
    from roomtone.foreground.display import StatusDisplay
    from roomtone.foreground.errors import NotRecorded
    from roomtone.foreground.recording import prepare_output, record

    request = _request(link, name, live, profile, transcript, video=not no_video)
    transcription = _transcription(request)
    storage_state = _storage_state(request)
    folder = output or Path(f"roomtone-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    display = StatusDisplay(sys.stderr)
    outcome = asyncio.run(record(request, prepare_output(folder), display, storage_state, transcription))
    _tell(outcome)
    if not outcome.is_success:
        raise NotRecorded(outcome.sentence)
    display.say(outcome.sentence)


def _request(
    link: str, name: str, live: str | None, profile: str | None, transcript: str | None, *, video: bool
) -> BotRequest:
    """The request that the arguments make. Raises ``InvalidRequest`` naming what is wrong."""
    from pydantic import ValidationError

    from roomtone.bot.errors import InvalidRequest
    from roomtone.bot.request import BotRequest

    fields: dict[str, object] = {
        "meeting_link": link,
        "bot_name": name,
        "video_required": video,
        "browser_profile": profile,
    }
    if live is not None:
        fields["live_audio_required"] = {"websocket_url": live}
    if transcript is not None:
        fields["recording_config"] = {"transcript": {"provider": {"name": transcript}}}
    try:
        return BotRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if transcript is not None and first["loc"][0] == "recording_config":
            from roomtone.foreground.transcribing import there_is_no

            raise InvalidRequest("--transcript", there_is_no(transcript)) from None
        words = {
            "meeting_link": "LINK",
            "bot_name": "--name",
            "live_audio_required": "--live",
            "browser_profile": "--profile",
        }
        field = words.get(str(first["loc"][0]), str(first["loc"][0]))
        raise InvalidRequest(field, first["msg"].removeprefix("Value error, ")) from None


def _transcription(request: BotRequest) -> Transcription | None:
    """What makes the transcript that the request asks for; None: it asks for none."""
    asked = request.recording_config.transcript
    if asked is None:
        return None
    from roomtone.config import load_settings
    from roomtone.foreground.transcribing import Transcription

    return Transcription(asked, load_settings())


def _storage_state(request: BotRequest) -> dict[str, Any] | None:
    """A copy of the browser profile that the request names. Raises ``ProfileError``."""
    from roomtone.config import load_settings
    from roomtone.profiles.folder import ProfileFolder

    name = request.browser_profile
    if name is None:
        return None
    _, state = ProfileFolder.of(load_settings()).open_state(name, request.address.platform)
    return state.as_playwright()


def _tell(outcome: Outcome) -> None:
    """Say where everything is: files on standard output, the rest beside it."""
    from roomtone.foreground.status_line import sound_heard

    for file in (outcome.files.video, outcome.files.audio):
        if file is not None:
            print(f"{file.path}  {file.duration_s:.1f} s  {file.size_bytes / 1e6:.1f} MB")
    for path in outcome.transcript:
        print(path)
    if outcome.no_transcript:
        sys.stderr.write(f"{outcome.no_transcript}\n")
    if outcome.ended is not None and outcome.ended.recorded_s:
        sys.stderr.write(f"{sound_heard(outcome.ended.statistics)}\n")
    for problem in outcome.files.problems:
        sys.stderr.write(f"{problem}\n")
    if outcome.leftovers is not None:
        sys.stderr.write(f"log and screenshots: {outcome.leftovers}\n")
