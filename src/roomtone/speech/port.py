"""The provider port: from a recording's files to a transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.speaker import Speaker
    from roomtone.speech.accounts import Account
    from roomtone.speech.naming import Stretch
    from roomtone.speech.transcript import Transcript

Progress = Callable[[float], None]
"""Told how much of the work is done, 0 to 1, never falling; it must be quick."""


@dataclass(frozen=True, slots=True)
class Track:
    """A sound file.

    Attributes:
        path: Any container and codec that FFmpeg reads.
        start_s: Where its first sample lies, seconds since the recording began.
        speaker: Whose voice it is, and nobody else's; None: a mix of everybody.
    """

    path: Path
    start_s: float = 0.0
    speaker: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What there is of a meeting.

    Attributes:
        tracks: Either one track or more for each speaker, or the mix alone; empty when nothing was heard.
        timeline: Who spoke when, as the meeting knows it; names the words of a mix.
        captions: The meeting's own captions, ``captions.jsonl`` as a session writes it; None: there are none.
        live: What was recognised while the meeting ran, ``transcript_live.jsonl`` as a session writes it;
            None: nothing was.
        names: Participants' names by id, for captions.
        duration_s: Length of the recording; None: unknown.
    """

    tracks: tuple[Track, ...] = ()
    timeline: tuple[Stretch, ...] = ()
    captions: Path | None = None
    live: Path | None = None
    names: dict[str, str] = field(default_factory=dict)
    duration_s: float | None = None


class Provider(Protocol):
    """Makes transcripts; one object may work on several at once."""

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],
        work_folder: Path,
        progress: Progress,
        account: Account | None = None,
    ) -> Transcript:
        """The transcript of a recording, its words assembled into turns and named.

        The caller sets the deadline and cancels; then nothing goes on in the background.

        Args:
            recorded: What there is. Files are read in pieces, never whole.
            options: The provider's options, already checked.
            work_folder: A private folder of this transcript; what lies in it survives a restart of the
                server, so that the work can go on where it was.
            progress: Told how far it is.
            account: How somebody else's service is reached; None for what needs none.

        Raises:
            TranscriptionError: If it cannot be made; ``retryable`` says whether to try again.
        """


@runtime_checkable
class LeavesWork(Protocol):
    """A provider that keeps a copy of the sound or the words at somebody else's while it works."""

    async def discard(self, work_folder: Path, account: Account | None = None) -> None:
        """Have what a transcript left there be deleted, as far as possible: it is given up.

        Args:
            work_folder: The transcript's, as it was when ``transcribe`` was cancelled or failed.
            account: As for ``transcribe``.

        Raises:
            TranscriptionError: If the account cannot be used.
        """
