"""The transcript of a meeting that was recorded in the foreground, beside its recording."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from roomtone.bot.errors import RoomtoneError
from roomtone.bot.speaker import NO_SPEAKER, SAMPLE_RATE_HZ, Speaker
from roomtone.bot.stream_manifest import STREAMS_FOLDER
from roomtone.bot.transcript_providers import PROVIDERS, RECORDING_PROVIDERS
from roomtone.config import UnusableSetting
from roomtone.service.recordings.files import AUDIO_OUTPUT
from roomtone.service.recordings.streams import stream_segments
from roomtone.service.records.people import people_of
from roomtone.service.records.reading import CAPTIONS, PARTICIPANTS, TIMELINE, read_file
from roomtone.service.records.turns import turns_of
from roomtone.service.transcripts.accounts import server_account
from roomtone.service.transcripts.errors import NoAccount
from roomtone.service.transcripts.providers import served_providers
from roomtone.speech.exports import FORMATS
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track
from roomtone.speech.segments import segments_of

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.session_protocol import Ended
    from roomtone.bot.transcript_providers import TranscriptRequest
    from roomtone.config import Settings
    from roomtone.speech.accounts import Account
    from roomtone.speech.port import Progress
    from roomtone.speech.transcript import Turn

OUTPUT = "transcript"
"""The files' name, before the dot."""
_WRITTEN = ("md", "srt")
_SEPARATE = "webrtc"


def there_is_no(provider: str) -> str:
    """What to tell of a provider that makes no transcripts of recordings: those that do."""
    return f"there is no {provider!r}; there are {', '.join(RECORDING_PROVIDERS)}"


class Transcription:
    """Makes the transcript of one recording; checked before there is one.

    Args:
        asked: By whom and how.
        settings: The accounts and the model of this machine.

    Raises:
        UnusableSetting: If the provider makes no transcripts of recordings, needs an account that the
            settings do not have, or the model cannot be used.
    """

    def __init__(self, asked: TranscriptRequest, settings: Settings) -> None:
        if asked.name not in RECORDING_PROVIDERS:
            raise UnusableSetting(f"--transcript: {there_is_no(asked.name)}")
        name = PROVIDERS[asked.name].account
        self._account: Account | None = None if name is None else _account(settings, name)
        self._provider = served_providers(settings)[asked.name].provider
        self._options = asked.options

    async def write(
        self, directory: Path, output: Path, ended: Ended, started_at: datetime, progress: Progress
    ) -> tuple[tuple[Path, ...], str]:
        """Transcribe, and write ``transcript.json``, ``.md`` and ``.srt``; the files, or why there are none.

        Args:
            directory: The session's, with what it left.
            output: Where the finished files lie.
            ended: The session's last word.
            started_at: When the recording began.
            progress: Told how much is done.
        """
        recorded = await asyncio.to_thread(recorded_in, directory, output, ended)
        work = directory / "transcribing"
        await asyncio.to_thread(work.mkdir, exist_ok=True)
        try:
            made = await self._provider.transcribe(recorded, self._options, work, progress, self._account)
        except RoomtoneError as problem:
            return (), f"there is no transcript: {problem}"
        return await asyncio.to_thread(_write, made.turns, output, started_at), ""


def _account(settings: Settings, name: str) -> Account:
    try:
        return server_account(settings, name)
    except NoAccount as missing:  # its text is for customers of a server, and here there is none
        own_server = f", or {missing.setting}_BASE_URL" if missing.may_be_keyless else ""
        message = f"--transcript: no key for {missing.provider}; set {missing.setting}_API_KEY{own_server}"
        raise UnusableSetting(message) from None


def recorded_in(directory: Path, output: Path, ended: Ended) -> Recorded:
    """What there is of a meeting for a provider. Blocking.

    Args:
        directory: The session's.
        output: Where the finished audio lies.
        ended: The session's last word.
    """
    turns = turns_of(_lines(directory, TIMELINE))
    timeline = tuple(
        Stretch(turn.speaker_id, turn.speaker_name, turn.start_s, turn.end_s)
        for turn in turns
        if turn.speaker_id != NO_SPEAKER.speaker_id
    )
    names = {stretch.speaker_id: stretch.speaker_name for stretch in timeline}
    people = people_of(_lines(directory, PARTICIPANTS))
    names |= {person.participant_id: person.name for person in people if person.name}
    voices = [one for one in stream_segments(directory) if one.kind == "audio"]
    tracks: tuple[Track, ...] = (Track(output / AUDIO_OUTPUT),)
    if voices and ended.statistics.audio_world == _SEPARATE:
        tracks = tuple(
            Track(
                directory / STREAMS_FOLDER / one.file,
                one.start_sample / SAMPLE_RATE_HZ,
                None
                if one.participant_id == NO_SPEAKER.speaker_id
                else Speaker(one.participant_id, names.get(one.participant_id) or one.name),
            )
            for one in voices
        )
    captions = directory / f"{CAPTIONS}.jsonl"
    return Recorded(tracks, timeline, captions if captions.is_file() else None, None, names, ended.recorded_s)


def _lines(directory: Path, kind: str) -> list[dict[str, Any]]:
    path = directory / f"{kind}.jsonl"
    return read_file(path) if path.is_file() else []


def _write(turns: tuple[Turn, ...], output: Path, started_at: datetime) -> tuple[Path, ...]:
    array = json.dumps(segments_of(turns, started_at.astimezone(UTC)), ensure_ascii=False, indent=1)
    texts = {"json": array, **{name: FORMATS[name].write(turns) for name in _WRITTEN}}
    paths = tuple(output / f"{OUTPUT}.{extension}" for extension in texts)
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, "utf-8", "replace")
    return paths
