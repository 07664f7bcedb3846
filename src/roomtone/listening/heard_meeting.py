"""One meeting as it was heard: a WAV for each speaker and a list of every frame."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.listening.file_name import safe_stem
from roomtone.listening.levels import FLOOR_DBFS, decayed, level_dbfs
from roomtone.listening.meeting_clock import MeetingClock, Placement
from roomtone.listening.wav_file import BYTES_PER_SAMPLE, GrowingWav

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.live_audio_frame import LiveAudioFrame

MAX_SPEAKERS = 200
"""Most speakers of one meeting that get a file; frames of others are counted and dropped."""
FLUSH_S = 0.5
"""Longest time, in seconds of arrival, that samples stay in memory."""
FRAMES_NAME = "frames.jsonl"


@dataclass(slots=True)
class HeardSpeaker:
    """What is known of one speaker.

    Attributes:
        speaker_id: The sender's id.
        speaker_name: The newest name.
        wav: The file; None when nothing is written.
        n_frames: Frames taken.
        n_samples: Samples heard, silence put in not counted.
        level_dbfs: What a meter shows.
        level_at_s: When it showed that.
    """

    speaker_id: str
    speaker_name: str
    wav: GrowingWav | None
    n_frames: int = 0
    n_samples: int = 0
    level_dbfs: float = FLOOR_DBFS
    level_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Arrived:
    frame: LiveAudioFrame
    arrived_s: float


class HeardMeeting:
    """Takes one bot's frames in the order of arrival and keeps its files; used by one task.

    Args:
        folder: Where the files go, made when missing; None: nothing is written, only counted and metered.

    Attributes:
        speakers: By speaker id, in order of appearance.
        refused_frames: Frames of speakers beyond ``MAX_SPEAKERS``.

    Raises ``OSError`` from every method that writes, when the disk is full.
    """

    def __init__(self, folder: Path | None) -> None:
        self.speakers: dict[str, HeardSpeaker] = {}
        self.refused_frames = 0
        self.clock: MeetingClock[_Arrived] = MeetingClock()
        self._folder = folder
        self._list: TextIO | None = None
        self._flushed_s = 0.0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._list = (folder / FRAMES_NAME).open("w", encoding="utf-8")

    @property
    def length_s(self) -> float:
        """How long the meeting is so far, in seconds."""
        return self.clock.end / SAMPLE_RATE_HZ

    def take(self, frame: LiveAudioFrame, arrived_s: float) -> None:
        """Take one frame that arrived at ``arrived_s`` (seconds, any clock that never runs backwards)."""
        speaker = self._speaker(frame)
        if speaker is None:
            self.refused_frames += 1
            return
        heard = level_dbfs(frame.pcm)
        speaker.level_dbfs = decayed(speaker.level_dbfs, heard, arrived_s - speaker.level_at_s)
        speaker.level_at_s = arrived_s
        n_samples = len(frame.pcm) // BYTES_PER_SAMPLE
        for placement in self.clock.take(frame.speaker_id, n_samples, arrived_s, _Arrived(frame, arrived_s)):
            self._write(placement)
        if arrived_s - self._flushed_s >= FLUSH_S:
            self.flush()
            self._flushed_s = arrived_s

    def move_to(self, position: int) -> None:
        """The sender says at which sample of the recording the next tick begins."""
        for placement in self.clock.move_to(position):
            self._write(placement)

    def disconnected(self) -> None:
        """The bot's connection ended; what was held is placed and the files are brought up to date."""
        for placement in self.clock.release():
            self._write(placement)
        self.flush()

    def flush(self) -> None:
        """Bring every file up to date and, with silence, to the same length (less what is still to come)."""
        for speaker in self.speakers.values():
            if speaker.wav is not None:
                speaker.wav.pad_to(self.clock.tick)
                speaker.wav.flush()
        if self._list is not None:
            self._list.flush()

    def close(self) -> None:
        """Give every file the meeting's length and close it; may be called again."""
        for placement in self.clock.release():
            self._write(placement)
        for speaker in self.speakers.values():
            if speaker.wav is not None:
                speaker.wav.pad_to(self.clock.end)
                speaker.wav.close()
                speaker.wav = None
        if self._list is not None:
            self._list.close()
            self._list = None

    def _speaker(self, frame: LiveAudioFrame) -> HeardSpeaker | None:
        speaker = self.speakers.get(frame.speaker_id)
        if speaker is None:
            if len(self.speakers) >= MAX_SPEAKERS:
                return None
            wav = None
            if self._folder is not None:
                wav = GrowingWav(self._folder / f"{safe_stem(frame.speaker_id)}.wav")
            speaker = self.speakers[frame.speaker_id] = HeardSpeaker(
                frame.speaker_id, frame.speaker_name, wav
            )
        speaker.speaker_name = frame.speaker_name
        speaker.n_frames += 1
        speaker.n_samples += len(frame.pcm) // BYTES_PER_SAMPLE
        return speaker

    def _write(self, placement: Placement[_Arrived]) -> None:
        arrived = placement.payload
        wav = self.speakers[placement.speaker_id].wav
        if wav is not None:
            wav.pad_to(placement.position)
            wav.append(arrived.frame.pcm)
        if self._list is not None:
            line = {
                "arrived_s": round(arrived.arrived_s, 6),
                "capture_s": round(placement.position / SAMPLE_RATE_HZ, 6),
                "speaker_id": placement.speaker_id,
                "speaker_name": arrived.frame.speaker_name,
                "samples": placement.n_samples,
            }
            self._list.write(json.dumps(line, ensure_ascii=False) + "\n")
