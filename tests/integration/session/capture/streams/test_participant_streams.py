"""All of one stay's participant files together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import Speaker
from roomtone.bot.stream_manifest import STREAMS_FOLDER, STREAMS_MANIFEST, read_manifest
from roomtone.session.capture.model import Samples, Tick
from roomtone.session.capture.streams.participant_streams import ParticipantStreams

if TYPE_CHECKING:
    from pathlib import Path

LOUD: Samples = np.full(960, 5_000, np.int16)


def test_only_what_is_wanted_is_made_and_closing_may_be_repeated(tmp_path: Path):
    """Voices without pictures: one file, and no word to the page."""
    sent: list[object] = []
    streams = ParticipantStreams(
        tmp_path, audio=True, video=False, send=sent.append, start_s=1.0, warn=lambda *_: None
    )
    assert streams.video is None
    assert streams.audio is not None
    for index in range(100):
        streams.audio.on_tick(Tick(index * 960, index / 50, {Speaker("7", "Ada"): LOUD}))
    streams.stop()
    assert streams.close()
    assert streams.close()
    with (tmp_path / STREAMS_MANIFEST).open(encoding="utf-8") as lines:
        (made,) = read_manifest(lines)
    assert (made.name, made.start_sample, made.samples) == ("Ada", 0, 96_000)
    assert [path.name for path in (tmp_path / STREAMS_FOLDER).iterdir()] == [made.file]
    assert sent == []


def test_a_page_that_cannot_encode_is_told_once(tmp_path: Path):
    """Faults of other parts, and repeated ones, are not."""
    warnings: list[str] = []
    streams = ParticipantStreams(
        tmp_path,
        audio=False,
        video=True,
        send=lambda _: None,
        start_s=1.0,
        warn=lambda code, _: warnings.append(code),
    )
    streams.on_page_message({"type": "fault", "part": "composer", "what": "worker_error"})
    assert warnings == []
    for _ in range(2):
        streams.on_page_message({"type": "fault", "part": "streams", "what": "stream_encoder_error"})
    assert warnings == ["streams_disturbed"]
    streams.stop()
    assert streams.close()
