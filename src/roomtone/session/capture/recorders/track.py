"""The *track* recorder: the page encodes the speaker's own track; here it is told which, and watched."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Literal

import structlog

from roomtone.session.capture.recording_errors import PictureUnavailable, RecordingFailed
from roomtone.session.capture.scene import PicturesSeen, Scene, SceneDirector

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import VideoPacket
    from roomtone.session.capture.recorders.port import PictureSink
    from roomtone.session.capture.scene import DirectorEvent

WIDTH, HEIGHT = 1280, 720
BIT_RATE = 1_200_000
MAX_FPS, MIN_FPS = 30, 25
KEY_INTERVAL_S = 2.0
DECIDE_EVERY_S = 0.1
"""How often the director is asked; also the delay of a switch."""
NO_TRACK_AFTER_S = 8.0
"""The roster promised a picture for this long and none was decoded: the tracks are of no use here."""
NO_PACKET_AFTER_S = 10.0
"""The page's encoder repeats still pictures, so that silence means that it is broken."""
FATAL_FAULTS = {"worker_refused", "no_h264_encoder", "encoder_lost"}
"""The page's words for a composer that will not work again."""

log = structlog.get_logger(__name__)


class TrackPictures:
    """Pictures of the active speaker's or the shared screen's track, encoded in the page.

    Everything is called on the event loop. Give it every signal and track event from the beginning
    (``on_event``), also before ``run``; the page's messages (``on_page_message``) and pictures
    (``on_packet``) while it runs.

    Args:
        send: Sends one text message to the page; must not block.
        director: Decides what is shown.
        hide_page_videos: Whether the page may stop painting its own videos, which saves half a core.
        clock: Capture clock.
    """

    kind: Literal["track", "screen"] = "track"

    def __init__(
        self,
        send: Callable[[dict[str, Any]], None],
        director: SceneDirector,
        *,
        hide_page_videos: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._director = director
        self._hide_page_videos = hide_page_videos
        self._clock = clock
        self._sink: PictureSink | None = None
        self._scene: Scene | None = None
        self._has_seen_picture = False
        self._promised_since_s: float | None = None
        self._packet_at_s = 0.0
        self._waits_for_key = True
        self._last_at_s = float("-inf")
        self._is_paused = False
        self._not_before_s = 0.0
        self._fault = ""
        self._sink_problem: RecordingFailed | None = None
        self.n_frames_dropped = 0

    @property
    def scene(self) -> Scene | None:
        """What is shown now; None before the first decision."""
        return self._scene

    @property
    def is_possible(self) -> bool:
        """Whether somebody has a track that could be shown."""
        return self._director.picture_possible()

    def pause(self) -> None:
        """Have the page encode black pictures, whatever the scene is."""
        self._is_paused = True
        self._send_scene()

    def resume(self, not_before_s: float) -> None:
        """Have the page show the scene again, from its first picture at this capture clock or later."""
        self._is_paused = False
        self._not_before_s = not_before_s
        self._send_scene()

    def on_event(self, event: DirectorEvent) -> None:
        """Take a signal, or a track that came or went."""
        self._director.take(event)

    def on_packet(self, packet: VideoPacket) -> None:
        """Take one picture of the page's encoder."""
        self._packet_at_s = self._clock()
        if self._sink is None or (self._waits_for_key and not packet.is_key):
            return
        self._waits_for_key = False
        if packet.at_s > self._last_at_s:
            self._last_at_s = packet.at_s
            try:
                self._sink(packet)
            except RecordingFailed as problem:
                # It belongs to whoever runs the recorder, not to whoever reads the page's link.
                self._sink = None
                self._sink_problem = problem

    def on_page_message(self, message: dict[str, Any]) -> None:
        """Take a text message of the page; those of other parts are ignored.

        ``hello``: a page (or the same one, loaded again) has a composer that knows nothing yet.
        ``video_statistics``: which track gave how many pictures since the last one.
        """
        if message.get("type") == "hello" and self._sink is not None:
            # It has to find its way into the meeting again before anything of it can be expected.
            self._packet_at_s = self._clock()
            self._promised_since_s = None
            self._send_start()
        if message.get("type") == "fault" and message.get("what") in FATAL_FAULTS:
            self._fault = str(message["what"])
        if message.get("type") != "video_statistics":
            return
        self.n_frames_dropped = int(message.get("frames_dropped", 0))
        if message.get("source_frames", 0) and message.get("media_track_id"):
            self._has_seen_picture = True
            self._director.take(PicturesSeen(str(message["media_track_id"]), self._clock()))

    async def run(self, sink: PictureSink) -> None:
        """Direct the page until cancelled; see ``PictureSource``."""
        self._sink = sink
        self._waits_for_key = True
        self._packet_at_s = self._clock()
        self._send_start()
        try:
            while True:
                self._direct(self._clock())
                await asyncio.sleep(DECIDE_EVERY_S)
        finally:
            self._sink = None
            self._send({"type": "video_stop"})

    def _direct(self, at_s: float) -> None:
        scene = self._director.scene(at_s)
        if scene != self._scene:
            self._scene = scene
            self._send_scene()
            log.info("recorder.scene_changed", kind=scene.kind)
        self._check_promises(at_s)
        if self._sink_problem is not None:
            raise self._sink_problem
        if self._fault:
            raise PictureUnavailable(self._fault, "The page cannot encode video.")
        if at_s - self._packet_at_s > NO_PACKET_AFTER_S:
            raise PictureUnavailable("composer_silent", "The page's video encoder delivers nothing.")

    def _check_promises(self, at_s: float) -> None:
        if self._has_seen_picture or not self._director.picture_expected():
            self._promised_since_s = None
        elif self._promised_since_s is None:
            self._promised_since_s = at_s
        elif at_s - self._promised_since_s > NO_TRACK_AFTER_S:
            raise PictureUnavailable("no_usable_track", "A camera is on, but no track of it can be decoded.")

    def _send_start(self) -> None:
        self._send(
            {
                "type": "video_start",
                "width": WIDTH,
                "height": HEIGHT,
                "bit_rate": BIT_RATE,
                "min_fps": MIN_FPS,
                "max_fps": MAX_FPS,
                "key_interval_s": KEY_INTERVAL_S,
                "hide_page_videos": self._hide_page_videos,
                "clock_us": self._clock() * 1e6,
            }
        )
        self._send_scene()

    def _send_scene(self) -> None:
        if self._scene is None or self._sink is None:
            return
        message = scene_message(self._scene)
        if self._is_paused:
            # The track stays open, so that its next picture is there at once when it is wanted again.
            message |= {"kind": "black", "plate": "", "card": None}
        elif self._not_before_s:
            message["not_before_us"] = self._not_before_s * 1e6
        self._send(message)


def scene_message(scene: Scene) -> dict[str, Any]:
    """The text message that tells the page what to show (``docs/protocols/page-link.md``)."""
    card = scene.card
    return {
        "type": "scene",
        "kind": scene.kind,
        "media_track_id": scene.media_track_id,
        "plate": scene.plate,
        "card": None
        if card is None
        else {
            "headline": card.headline,
            "caption": card.caption,
            "initials": card.initials,
            "hue": card.hue,
        },
    }
