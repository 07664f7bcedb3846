"""The folder that a staging fills, and the names in it."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.staging.errors import StagingError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class StageFolder:
    """Everything that is kept of one staging."""

    path: Path

    @property
    def video(self) -> Path:
        """The recording, when video was asked for."""
        return self.path / "video.mp4"

    @property
    def audio(self) -> Path:
        """The sound of the recording."""
        return self.path / "audio.mp3"

    @property
    def events(self) -> Path:
        """Every webhook: ``arrived_s``, ``headers``, ``body``."""
        return self.path / "events.jsonl"

    @property
    def live(self) -> Path:
        """A WAV for each speaker, and ``frames.jsonl``."""
        return self.path / "live"

    @property
    def live_video(self) -> Path:
        """The live video as it came, when it was asked for."""
        return self.path / "live.mp4"

    @property
    def streams(self) -> Path:
        """The participants' own files, and what the API said of them."""
        return self.path / "streams"

    @property
    def transcript(self) -> Path:
        """The transcript, when it was asked for; as text in ``transcript.md``."""
        return self.path / "transcript.json"

    @property
    def control(self) -> Path:
        """With ``--control``: each message to and from the bot, with its time."""
        return self.path / "control.jsonl"

    @property
    def live_words(self) -> Path:
        """Every message of live words, if they were asked for: ``arrived_s``, ``message``."""
        return self.path / "transcript_live.jsonl"

    @property
    def meeting(self) -> Path:
        """What the meeting's process said happened."""
        return self.path / "meeting.jsonl"

    @property
    def report(self) -> Path:
        """The figures."""
        return self.path / "report.json"

    @property
    def sheet(self) -> Path:
        """The picture."""
        return self.path / "sheet.png"

    @property
    def logs(self) -> Path:
        """What the processes wrote to standard error, and the bot's screenshots."""
        return self.path / "logs"

    def keep_session(self, data_dir: Path) -> None:
        """Copy the log and the screenshots of the bot's session from the server's data into ``logs``."""
        for pattern in ("session.log*", "*.png", "*.html"):
            for path in data_dir.rglob(pattern):
                with contextlib.suppress(OSError):
                    shutil.copyfile(path, self.logs / path.name)

    def prepare(self) -> None:
        """Make the folder; what an earlier staging left of these names is removed, nothing else.

        Raises:
            StagingError: If it cannot be written to.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            text = self.transcript.with_suffix(".md")
            recorded = (self.video, self.live_video, self.audio, self.transcript, text)
            written = (self.events, self.control, self.live_words, self.meeting, self.report, self.sheet)
            for old in (*recorded, *written):
                old.unlink(missing_ok=True)
            for old in self.path.glob(f"{self.live_video.stem}-*{self.live_video.suffix}"):
                old.unlink()
            for folder in (self.live, self.logs, self.streams):
                if folder.exists():
                    shutil.rmtree(folder)
            self.logs.mkdir()
        except OSError as problem:
            raise StagingError(
                f"cannot write to {self.path}: {problem.strerror}; choose another --output"
            ) from problem
