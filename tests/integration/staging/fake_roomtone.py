"""A stand-in for the ``roomtone`` command as staging uses it: keys, a practice meeting, a server with one bot.

It is written from the contracts alone (the API, the webhooks, the live-audio frame, the practice meeting's lines) and
decides nothing: what it does is in the environment, so that a test can have a bot that fails.

    FAKE_END=denied           the bot is refused
    FAKE_SERVER=dies|silent   the server dies after create_bot, or never gives its address
    FAKE_BOT=stuck            the bot is never done
    FAKE_STOP_S=1             the server takes that long to stop
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml
from websockets.asyncio.client import connect

MEETING_S = 3.0
DELAY_S = 0.05
KEY = "ms_fake"

SEGMENT = {
    "speaker": "Ada",
    "transcript": "hello",
    "start_time": 0.5,
    "end_time": 0.9,
    "absolute_start_time": None,
    "absolute_end_time": None,
    "words": [],
}
"""A transcript's one turn."""


def decode(path: Path) -> np.ndarray:
    """A sound file as int16 mono at 48 kHz."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])


def practice(script: Path) -> None:
    """The meeting: tells its address and when the first clip begins, ends after ``MEETING_S``."""

    def say(**fields: Any) -> None:
        print(json.dumps(fields), flush=True)

    say(url="http://127.0.0.1:9/practice/fake")
    told = Path(os.environ["FAKE_FOLDER"])
    deadline = time.monotonic() + 100
    while not (told / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    zero = float((told / "began").read_text())
    first = yaml.safe_load(script.read_text())["participants"][0]
    say(event="clock_started", monotonic_s=zero, zero_monotonic_s=zero)
    say(event="participant_joined", monotonic_s=zero, participant=0, id="scripted-1", name=first["name"])
    at_s = first["says"][0]["at_s"]
    say(event="clip_began", monotonic_s=zero + at_s, participant=0, says=0, scheduled_s=at_s)
    time.sleep(max(0.0, zero + MEETING_S - time.monotonic()))
    say(event="meeting_ended", monotonic_s=time.monotonic(), how="ended")
    (told / "ended").touch()
    time.sleep(60)


class Bot:
    """The one bot: sends webhooks and live audio, and has files at its end."""

    def __init__(self, request: dict[str, Any], script_folder: Path) -> None:
        self.request = request
        self.status = "Joining"
        self.reason = "entry_denied" if os.environ.get("FAKE_END") == "denied" else "meeting_ended"
        self.folder = script_folder
        self.worker: subprocess.Popen[bytes] | None = None

    def tell(self, event: str, bot_event: str | None = None) -> None:
        """Send one webhook."""
        body = json.dumps({"event": event, "bot_event": bot_event or event, "bot_id": "bot-1"}).encode()
        request = urllib.request.Request(
            self.request["callback_url"], body, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=60).close()

    def run(self) -> None:
        """The stay."""
        self.tell("bot.joining")
        if os.environ.get("FAKE_SERVER") == "dies":
            os._exit(3)
        if os.environ.get("FAKE_BOT") == "stuck":
            return
        if self.reason == "entry_denied":
            self.tell("bot.stopped", "bot.denied")
        else:
            busy = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\ntime.sleep(60)"
            self.worker = subprocess.Popen([sys.executable, "-c", busy])
            self.tell("bot.inmeeting")
            self.tell("bot.recording")
            asyncio.run(self.speak())
            self.tell("bot.leaving")
            self.worker.kill()
            self.worker.wait()
            self.tell("bot.stopped")
            self.tell("audio.processed")
        self.status = "Done"
        self.tell("bot.done")

    async def speak(self) -> None:
        """Live audio: the first participant's clip at its time, frames on a 20 ms clock, ``DELAY_S`` late."""
        clip = decode(self.folder / "clip.wav")
        async with connect(self.request["live_audio_required"]["websocket_url"]) as socket:
            await socket.send(json.dumps({"type": "ready", "bot_id": "bot-1"}))
            zero = time.monotonic()
            (self.folder / "begins").write_text(str(zero))
            (self.folder / "begins").rename(self.folder / "began")
            whole = np.zeros(48_000 * 60, np.int16)
            whole[48_000 : 48_000 + clip.size] = clip
            number = 0
            while number < MEETING_S * 50 or not (self.folder / "ended").exists():
                await asyncio.sleep(max(0.0, zero + DELAY_S + number * 0.02 - time.monotonic()))
                pcm = whole[number * 960 : number * 960 + 960].tobytes()
                name = b"Ada Lovelace"
                head = b"\x01" + struct.pack("<I", 10) + b"scripted-1" + struct.pack("<I", len(name)) + name
                await socket.send(head + pcm)
                number += 1


def serve() -> None:  # noqa: C901  one small handler a route
    """The server."""
    folder = Path(os.environ["FAKE_FOLDER"])
    bots: list[Bot] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self, code: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            if self.headers["Authorization"] != f"Token {KEY}":
                return self.answer(403, b'{"message": "wrong key"}')
            bots.append(Bot(json.loads(self.rfile.read(int(self.headers["Content-Length"]))), folder))
            (folder / "sent.json").write_text(json.dumps(bots[0].request))
            self.answer(201, b'{"bot_id": "bot-1"}')
            threading.Thread(target=bots[0].run, daemon=True).start()
            return None

        def do_GET(self) -> None:
            bot, what = bots[0], self.path.rsplit("/", 1)[1]
            if what == "status":
                return self.answer(200, json.dumps({"bot_id": "bot-1", "status": bot.status}).encode())
            if what == "audio" and bot.reason == "meeting_ended":
                return self.answer(200, (folder / "clip.wav").read_bytes(), "audio/mpeg")
            if what == "detail":
                detail = {
                    "Status": bot.status,
                    "end_reason": bot.reason,
                    "recorded_s": 3.0,
                    "transcript_id": "transcript-1",
                    "TranscriptStatus": "Success",
                    "RequestPayload": bot.request,
                    "statistics": {"live_frames_dropped": 0, "concealed_samples": 480},
                }
                return self.answer(200, json.dumps({"bot_details": detail}).encode())
            if what.startswith("get_transcript"):
                words = b"# Transcript" if "format=md" in what else json.dumps([SEGMENT]).encode()
                return self.answer(200, words)
            if what == "remove_bot":
                return self.answer(200, b"{}")
            return self.answer(404, b'{"message": "not there"}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def stop(*_: object) -> None:
        time.sleep(float(os.environ.get("FAKE_STOP_S", "0")))
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    if os.environ.get("FAKE_SERVER") != "silent":
        print(f"Roomtone serves at http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    match sys.argv[1]:
        case "keys":
            print("key:", KEY)
        case "practice":
            practice(Path(sys.argv[sys.argv.index("--script") + 1]))
        case "serve":
            serve()
