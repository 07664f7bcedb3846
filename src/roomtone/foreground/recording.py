"""One meeting recorded in the foreground: the session, its display, and the finished files."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.session_protocol import Ended, RecordingStarted, Start
from roomtone.foreground.errors import OutputTaken, OutputUnusable
from roomtone.foreground.session_child import SessionChild
from roomtone.service.recordings.files import AUDIO_OUTPUT, VIDEO_OUTPUT, FinishedFiles, finish_files
from roomtone.stop_signals import stop_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.bot.request import BotRequest
    from roomtone.foreground.display import StatusDisplay
    from roomtone.foreground.transcribing import Transcription

SESSION_LOG = "session.log"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a recording in the foreground went.

    Attributes:
        ended: The session's last word; None when it died without one, or was killed.
        files: What was made of it.
        leftovers: The session's own folder, where it was kept because something is to be seen there.
        transcript: Its files; empty when none was asked for, or none could be made.
        no_transcript: Why none could be made; empty: it was, or none was asked for.
    """

    ended: Ended | None
    files: FinishedFiles
    leftovers: Path | None
    transcript: tuple[Path, ...] = ()
    no_transcript: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the bot was in the meeting and nothing failed."""
        return (
            self.ended is not None
            and ENDINGS[self.ended.reason].status_code < 400
            and not self.files.problems
        )

    @property
    def sentence(self) -> str:
        """Why the stay ended, for a person."""
        if self.ended is None:
            return ENDINGS[EndReason.SESSION_CRASHED].message
        sentence = ENDINGS[self.ended.reason].message
        return f"{sentence} ({self.ended.detail})" if self.ended.detail and not self.is_success else sentence


def prepare_output(output: Path) -> Path:
    """Make the output folder; gives its absolute path.

    Raises:
        OutputTaken: If it holds a recording.
        OutputUnusable: If nothing can be written there.
    """
    try:
        for name in (AUDIO_OUTPUT, VIDEO_OUTPUT):
            if (output / name).exists():
                raise OutputTaken(str(output / name))
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output):
            pass
    except OSError as problem:
        raise OutputUnusable(str(output), problem.strerror or str(problem)) from None
    return output.resolve()


async def record(
    request: BotRequest,
    output: Path,
    display: StatusDisplay,
    storage_state: dict[str, Any] | None = None,
    transcription: Transcription | None = None,
) -> Outcome:
    """Record one meeting into a prepared folder.

    Ctrl-C leaves, a second one kills; the files come either way.

    Args:
        request: What to record.
        output: The folder.
        display: Shows what happens.
        storage_state: Of the browser profile to join with; None: as a guest.
        transcription: What makes the transcript that the request asks for; None: it asks for none.
    """
    directory = Path(tempfile.mkdtemp(prefix=".session-", dir=output))
    # Whoever types the live receiver's address is who runs the bot: their own network is theirs to dial.
    start = Start(
        bot_id=str(uuid4()),
        request=request,
        directory=str(directory),
        allow_private_networks=True,
        storage_state=storage_state,
    )
    ended: Ended | None = None
    started_at = datetime.now(UTC)
    async with SessionChild(start, directory / SESSION_LOG) as session:
        with _interrupts(session, display):
            async for event in session.events():
                display.show(event)
                if isinstance(event, Ended):
                    ended = event
                if isinstance(event, RecordingStarted):
                    started_at = event.at
    display.clear()
    files = await asyncio.to_thread(finish_files, directory, output)
    outcome = Outcome(ended, files, directory)
    if not outcome.is_success:
        return outcome
    written: tuple[Path, ...] = ()
    missing = ""
    if transcription is not None and ended is not None and files.audio is not None:
        display.say("making the transcript; the recording is finished")
        written, missing = await transcription.write(directory, output, ended, started_at, _unseen)
    await asyncio.to_thread(_keep_records, directory, output)
    return Outcome(ended, files, None, written, missing)


def _unseen(_share: float) -> None:
    """Progress that nobody looks at: the line on the display is enough."""


def _keep_records(directory: Path, output: Path) -> None:
    """Put what was written down beside the recording, and take the session's folder away."""
    for path in directory.glob("*.jsonl"):
        path.replace(output / path.name)
    shutil.rmtree(directory)


@contextlib.contextmanager
def _interrupts(session: SessionChild, display: StatusDisplay) -> Iterator[None]:
    """Ctrl-C asks the session to leave; another kills it."""
    asked = False

    def interrupted() -> None:
        nonlocal asked
        if asked:
            session.kill()
            return
        asked = True
        display.say("leaving; Ctrl-C again to stop at once")
        session.leave()

    loop = asyncio.get_running_loop()
    numbers = stop_signals()
    for number in numbers:
        loop.add_signal_handler(number, interrupted)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
