"""A session that needs no meeting: it speaks the session protocol and writes real files, as its script says.

The script is the request's ``custom_attributes["script"]``; a recording made earlier, named by the environment
variable ``SCRIPTED_RECORDING``, is written bit by bit as a recorder would. Keys of the script:

    lasts_s       how long the meeting goes on before it ends; absent: until the bot is asked to leave
    end           the end reason then
    admitted      false: the end comes before the meeting, with a screenshot
    waits_for     it is in the waiting room until there is a file of this name
    garbage       true: lines that are no events between the events
    silent_after  seconds after which it says nothing any more and takes no command
    stubborn      true: does not leave when asked, whether by a command, a signal or the end of its input
    exit_code     exit with it at once, without a word
    hush          event types that are written to the journal and not to standard output
    papers        true: it writes down people, turns, chat and captions, as a session does

Whatever it is told to do in the meeting it says to have done, unless it is stubborn.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.bot import session_protocol as lines
from roomtone.bot.end_reasons import EndReason
from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, LiveSegment, LiveWord, segment_line

if TYPE_CHECKING:
    from pydantic import BaseModel

PAPERS = {
    "participants.jsonl": [
        {"at_s": 0.0, "what": "joined", "participant_id": "1", "name": "Ada Lovelace", "is_self": False},
        {"at_s": 0.0, "what": "joined", "participant_id": "2", "name": "Roomtone", "is_self": True},
        {"at_s": 9.0, "what": "left", "participant_id": "1", "name": "Ada Lovelace", "is_self": False},
    ],
    "timeline.jsonl": [{"speaker_id": "1", "speaker_name": "Ada Lovelace", "start_s": 1.0, "end_s": 3.0}],
    "chat.jsonl": [
        {"at_s": 2.0, "message_id": "m1", "participant_id": "1", "name": "Ada Lovelace", "text": "hello"}
    ],
    "captions.jsonl": [
        {"at_s": 1.0, "caption_id": "c1", "participant_id": "1", "text": "Is this heard?", "final": True}
    ],
}
"""What is written down beside the recording, by the name of its file (``session/records.py``)."""
STEP_S = 0.05
RECORDING_S = 12.0


class ScriptedSession:
    """One stay by its script."""

    def __init__(self, start: lines.Start) -> None:
        self.directory = Path(start.directory)
        self.video = start.request.video_required
        self.live_words = start.live_transcription
        self.script: dict[str, Any] = start.request.custom_attributes.get("script", {})
        self.began_s = time.monotonic()
        source = Path(os.environ["SCRIPTED_RECORDING"])
        self.sources = {lines.AUDIO_NAME: (source / "audio.mp3").read_bytes()}
        if self.video:
            self.sources[lines.RECORDING_NAME] = (source / "recording.mp4").read_bytes()
        # The end of our input comes with it and says more.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.journal = (self.directory / lines.JOURNAL_NAME).open("a")

    def say(self, event: BaseModel) -> None:
        """Write an event to the journal, then to whoever listens."""
        kind = event.model_dump()["type"]
        if kind != "progress":
            self.journal.write(lines.to_line(event))
            self.journal.flush()
        if kind not in self.script.get("hush", []):
            self.out(lines.to_line(event))
        if self.script.get("garbage"):
            self.out('not json\n{"type":"unknown"}\n' + "x" * 3_000_000 + "\n")

    def out(self, text: str) -> None:
        """Write to standard output; nobody may be there."""
        with contextlib.suppress(BrokenPipeError):
            os.write(1, text.encode())

    def run(self) -> int:
        """The stay."""
        if "exit_code" in self.script:
            return int(self.script["exit_code"])
        self.say(lines.Joining(at=now()))
        if self.script.get("admitted") is False:
            self.say(lines.InWaitingRoom(at=now()))
            (self.directory / "refused.png").write_bytes(b"\x89PNG")
            reason = EndReason(self.script["end"])
            self.say(lines.Ended(at=now(), reason=reason, screenshots=("refused.png",)))
            return 0
        if "waits_for" in self.script:
            self.say(lines.InWaitingRoom(at=now()))
            while not Path(self.script["waits_for"]).exists():
                if select.select([0], [], [], STEP_S)[0]:
                    self.say(lines.Leaving(at=now(), reason=EndReason.SERVICE_CRASHED))
                    self.say(lines.Ended(at=now(), reason=EndReason.SERVICE_CRASHED))
                    return 0
        self.say(lines.InMeeting(at=now()))
        self.say(lines.RecordingStarted(at=now(), picture="track" if self.video else "none"))
        if self.script.get("papers"):
            for name, written in PAPERS.items():
                text = "".join(json.dumps(line) + "\n" for line in written)
                (self.directory / name).write_text(text)
            self.write_live_words()
        reason = self.attend()
        self.say(lines.Leaving(at=now(), reason=reason))
        self.write_until(1.0)
        recorded_s = RECORDING_S
        self.say(lines.Ended(at=now(), reason=reason, recorded_s=recorded_s))
        return 0

    def write_live_words(self) -> None:
        """What a streaming provider heard, if one was to listen."""
        if self.live_words is None:
            return
        word = LiveWord(word="live", start_s=1.0, end_s=1.5, punctuated="Live.")
        segment = LiveSegment(
            segment_id="1",
            speaker_id="1",
            speaker_name="Ada Lovelace",
            start_s=1.0,
            end_s=1.5,
            text="Live.",
            words=(word,),
            provider=self.live_words.provider,
            model="en-us",
        )
        (self.directory / LIVE_TRANSCRIPT_NAME).write_text(segment_line(segment))

    def attend(self) -> EndReason:
        """Record until the script or a command ends it."""
        while True:
            stayed_s = time.monotonic() - self.began_s
            if stayed_s >= self.script.get("lasts_s", 1e9):
                return EndReason(self.script["end"])
            if stayed_s >= self.script.get("silent_after", 1e9):
                time.sleep(3600)
            self.write_until(min(0.9, 0.1 + stayed_s / RECORDING_S))
            self.say(lines.Progress(at=now(), state="recording"))
            if select.select([0], [], [], STEP_S)[0]:
                reason = self.told(sys.stdin.readline())
                if reason is not None:
                    return reason
                time.sleep(STEP_S)

    def told(self, line: str) -> EndReason | None:
        """Do what a line says, or what the end of the input means; why the stay ends by it."""
        if self.script.get("stubborn"):
            return None
        command = lines.parse_command(line) if line else None
        if command is None or isinstance(command, lines.Start):
            return EndReason.SERVICE_CRASHED
        if isinstance(command, lines.Leave):
            return command.reason
        self.say(lines.CommandAnswered(at=now(), command_id=command.command_id, ok=True))
        return None

    def write_until(self, part: float) -> None:
        """Bring the files to a part of their final length."""
        for name, data in self.sources.items():
            path = self.directory / name
            with path.open("ab") as file:
                file.write(data[file.tell() : int(len(data) * part)])


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def main() -> int:
    """Speak the protocol on the standard streams."""
    start = lines.parse_command(sys.stdin.readline())
    assert isinstance(start, lines.Start)
    with (Path(start.directory) / lines.LOCK_NAME).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What a browser is to a session: a process of a group of its own that must not outlive it.
        subprocess.Popen(["sleep", "3600"], start_new_session=True)
        sys.stderr.write("a line of the log\n")
        return ScriptedSession(start).run()


if __name__ == "__main__":
    sys.exit(main())
