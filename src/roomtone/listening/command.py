"""``roomtone listen``: receive a bot's live audio, see who speaks, keep one WAV a speaker."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path  # noqa: TC003  the command line reads it at run time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roomtone.stop_signals import stop_signals

if TYPE_CHECKING:
    from roomtone.listening.meter import Display
    from roomtone.listening.receiver import LiveAudioReceiver, ReceiverEvent
    from roomtone.listening.video_receiver import LiveVideoReceiver

REFRESH_S = 0.1
"""How often the meter is drawn."""


def listen(
    *,
    host: str = "127.0.0.1",
    port: int = 8720,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    transcript: Path | None = None,
    video: Path | None = None,
    video_port: int = 8721,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Receive live audio and live words from bots until Ctrl-C; show a level meter for each speaker.

    Give the address it prints as `live_audio_required.websocket_url` when creating a bot, or as
    `roomtone join LINK --live ADDRESS`; and as `live_transcription_required.websocket_url` for words.

    Parameters
    ----------
    host:
        Address to listen on.
    port:
        Port to listen on; 0 takes a free one.
    output:
        Folder for one WAV a speaker (silence included, all of the meeting's length) and frames.jsonl.
    transcript:
        File for the messages of live words, one a line with the time of its arrival.
    video:
        File for live video, which comes to a port of its own: `live_video_required.websocket_url` is printed
        too. It plays while it grows; after a break a further file is begun.
    video_port:
        Port to listen on for live video; 0 takes a free one.
    json:
        Print one JSON object a line instead.
    """
    from roomtone.listening.video_receiver import LiveVideoReceiver

    film = None if video is None else LiveVideoReceiver(video, host=host, port=video_port)
    asyncio.run(_listen(host, port, output, transcript, film, as_json=json))


async def _listen(
    host: str,
    port: int,
    output: Path | None,
    transcript: Path | None,
    film: LiveVideoReceiver | None,
    *,
    as_json: bool,
) -> None:
    from rich.console import Console

    from roomtone.listening.heard_words import HeardWords
    from roomtone.listening.meter import display_for
    from roomtone.listening.receiver import LiveAudioReceiver, wall_clock

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, stop.set)
    clock = wall_clock()
    words = HeardWords(transcript)
    receiver = LiveAudioReceiver(output, host=host, port=port, clock=clock, words=words)
    async with receiver, film or contextlib.nullcontext():
        display = display_for(Console(), as_json=as_json)
        receiver.on_event = partial(_tell, display, as_json=as_json)
        try:
            display.say("listening", f"Listening at {receiver.url} (Ctrl-C ends)", url=receiver.url)
            if film is not None:
                display.say("listening_for_video", f"Live video comes to {film.url}", url=film.url)
                film.on_event = partial(display.say, "video")
            while not stop.is_set():
                display.show(receiver, clock())
                await _wait(stop, REFRESH_S)
        finally:
            display.close()
    _summarise(receiver, display, output)
    if film is not None:
        taken = film.counts
        display.say("video_summary", f"{taken.bytes_taken / 1e6:.1f} MB of live video", **taken.figures())


def _tell(display: Display, event: ReceiverEvent, *, as_json: bool) -> None:
    if event.what == "words":
        if as_json or event.fields["line"] is not None:
            shown = {name: event.fields[name] for name in ("message", "arrived_s")}
            display.say("words", event.fields["line"] or "", bot_id=event.bot_id, **shown)
        return
    text = EVENT_TEXTS[event.what].format(bot=event.bot_id or "a bot")
    display.say(event.what, text, bot_id=event.bot_id, **event.fields)


EVENT_TEXTS = {
    "connected": "{bot} is connected",
    "disconnected": "{bot} is gone",
    "disk_full": "The disk is full: audio is heard but not kept. Free some space.",
}
"""What is said of each ``ReceiverEvent``."""


async def _wait(stop: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await stop.wait()
    except TimeoutError:
        pass


def _summarise(receiver: LiveAudioReceiver, display: Display, output: Path | None) -> None:
    from roomtone.listening.heard_words import clock_text

    counts = receiver.counts
    for bot_id, meeting in receiver.meetings.items():
        heard = {speaker.speaker_id: speaker.n_frames for speaker in meeting.speakers.values()}
        names = ", ".join(speaker.speaker_name for speaker in meeting.speakers.values()) or "nobody"
        display.say(
            "meeting",
            f"{bot_id or 'Meeting'}: {clock_text(meeting.length_s)} of {len(heard)} speaker(s): {names}",
            bot_id=bot_id,
            length_s=round(meeting.length_s, 3),
            frames=heard,
            silence_inserted_s=round(meeting.clock.silence_inserted / 48_000, 3),
        )
    where = f"; the files are in {output}" if output is not None else ""
    wrong = f", {counts.wrong_frames} could not be read" if counts.wrong_frames else ""
    told = receiver.words
    words = (
        f", {told.n_finals} final and {told.n_messages - told.n_finals} other texts"
        if told.n_messages
        else ""
    )
    display.say(
        "summary",
        f"{counts.frames} frames in {counts.connections} connection(s){words}{wrong}{where}",
        frames=counts.frames,
        words_messages=told.n_messages,
        wrong_frames=counts.wrong_frames,
        other_messages=counts.other_messages,
        connections=counts.connections,
        lost_writes=counts.lost_writes,
    )
