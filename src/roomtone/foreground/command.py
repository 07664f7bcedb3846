"""``roomtone join``: record one meeting, here and now."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from roomtone.bot.request import BotRequest
    from roomtone.foreground.recording import Outcome


def join(
    link: str,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    no_video: Annotated[bool, Parameter(negative="")] = False,
    live: str | None = None,
    name: str = "Roomtone",
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
    """
    from roomtone.foreground.display import StatusDisplay
    from roomtone.foreground.errors import NotRecorded
    from roomtone.foreground.recording import prepare_output, record

    request = _request(link, name, live, video=not no_video)
    folder = output or Path(f"roomtone-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    display = StatusDisplay(sys.stderr)
    outcome = asyncio.run(record(request, prepare_output(folder), display))
    _tell(outcome)
    if not outcome.is_success:
        raise NotRecorded(outcome.sentence)
    display.say(outcome.sentence)


def _request(link: str, name: str, live: str | None, *, video: bool) -> BotRequest:
    """The request that the arguments make. Raises ``InvalidRequest`` naming what is wrong."""
    from pydantic import ValidationError

    from roomtone.bot.errors import InvalidRequest
    from roomtone.bot.request import BotRequest

    fields: dict[str, object] = {"meeting_link": link, "bot_name": name, "video_required": video}
    if live is not None:
        fields["live_audio_required"] = {"websocket_url": live}
    try:
        return BotRequest.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        words = {"meeting_link": "LINK", "bot_name": "--name", "live_audio_required": "--live"}
        field = words.get(str(first["loc"][0]), str(first["loc"][0]))
        raise InvalidRequest(field, first["msg"].removeprefix("Value error, ")) from None


def _tell(outcome: Outcome) -> None:
    """Say where everything is: files on standard output, the rest beside it."""
    for file in (outcome.files.video, outcome.files.audio):
        if file is not None:
            print(f"{file.path}  {file.duration_s:.1f} s  {file.size_bytes / 1e6:.1f} MB")
    for problem in outcome.files.problems:
        sys.stderr.write(f"{problem}\n")
    if outcome.leftovers is not None:
        sys.stderr.write(f"log and screenshots: {outcome.leftovers}\n")
