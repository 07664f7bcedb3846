"""The track recorder: what it tells the page, and when it gives up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.session.capture.model import (
    ActiveSpeakers,
    ParticipantJoined,
    TrackOpened,
    TrackOwner,
    TrackSource,
    VideoPacket,
)
from roomtone.session.capture.recorders.track import NO_PACKET_AFTER_S, NO_TRACK_AFTER_S, TrackPictures
from roomtone.session.capture.recording_errors import PictureUnavailable, RecordingDiskFull
from roomtone.session.capture.scene import SceneDirector

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from roomtone.session.capture.recorders.port import PictureSink


class Bench:
    """A recorder with a page that only listens, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.sent: list[dict[str, Any]] = []
        self.taken: list[VideoPacket] = []
        self.recorder = TrackPictures(self.sent.append, SceneDirector("Review"), clock=lambda: self.now_s)

    def packet(self, *, is_key: bool = False) -> None:
        """One picture comes from the page now."""
        self.recorder.on_packet(VideoPacket(self.now_s, b"picture", is_key))

    def scenes(self) -> list[dict[str, Any]]:
        """The scenes sent so far."""
        return [message for message in self.sent if message["type"] == "scene"]

    async def decide(self) -> None:
        """Give the recorder the time to decide once more."""
        await asyncio.sleep(0.12)


async def together(bench: Bench, sink: PictureSink, go: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the recorder while something else goes on; the first that fails ends both."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.recorder.run(sink), name="run")
        tasks.create_task(go(), name="go")


def ada(bench: Bench, *, camera_on: bool | None) -> None:
    """Ada is there, speaks, and has a camera line."""
    for event in (
        ParticipantJoined("ada", "Ada", 0.0, camera_on=camera_on),
        TrackOpened(1, "video", TrackSource.RTC, "cam", "", "", 0.0),
        TrackOwner("ada", "camera", 0.0, media_track_id="cam"),
        ActiveSpeakers(("ada",), 0.0),
    ):
        bench.recorder.on_event(event)


async def test_the_page_is_started_and_told_each_scene_once():
    """First the encoder's settings, then a scene, and another only when it changes."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        await bench.decide()
        assert [message["type"] for message in bench.sent] == ["video_start", "scene"]
        assert bench.sent[0]["clock_us"] == pytest.approx(100e6)
        assert bench.sent[1]["card"]["caption"] == "Waiting for participants"
        ada(bench, camera_on=True)
        await bench.decide()
        assert bench.scenes()[-1] == {
            "type": "scene", "kind": "camera", "media_track_id": "cam", "plate": "Ada", "card": None,
        }  # fmt: skip
        run.cancel()
    assert bench.sent[-1] == {"type": "video_stop"}


async def test_a_page_that_says_hello_again_is_told_everything_again():
    """After a reload the composer knows nothing; settings and the scene are repeated."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        bench.sent.clear()
        bench.recorder.on_page_message({"type": "hello"})
        assert [message["type"] for message in bench.sent] == ["video_start", "scene"]
        run.cancel()


async def test_pictures_begin_with_a_key_frame_and_rise():
    """What cannot be decoded or goes back in time is left out, and nothing comes before or after the run."""
    bench = Bench()
    bench.packet(is_key=True)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        bench.packet()
        bench.packet(is_key=True)
        bench.packet()
        bench.now_s += 0.04
        bench.packet()
        assert [(p.at_s, p.is_key) for p in bench.taken] == [(100.0, True), (100.04, False)]
        run.cancel()
    bench.packet(is_key=True)
    assert len(bench.taken) == 2


@pytest.mark.parametrize("camera_on", [True, None])
async def test_it_gives_up_when_a_promised_camera_never_gives_a_picture(camera_on: bool | None):
    """The roster's word counts: without it a missing picture is just a camera that is off."""
    bench = Bench()
    ada(bench, camera_on=camera_on)

    async def go() -> None:
        for _ in range(6):
            bench.now_s += NO_TRACK_AFTER_S / 4
            bench.packet(is_key=True)
            await bench.decide()
        raise TimeoutError

    with pytest.raises(ExceptionGroup) as caught:
        await together(bench, bench.taken.append, go)
    problem = caught.value.exceptions[0]
    if camera_on:
        assert isinstance(problem, PictureUnavailable)
        assert problem.reason == "no_usable_track"
    else:
        assert isinstance(problem, TimeoutError)


async def test_one_decoded_picture_proves_that_tracks_are_usable():
    """A camera that freezes later does not end the recorder."""
    bench = Bench()
    ada(bench, camera_on=True)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        bench.recorder.on_page_message(
            {"type": "video_statistics", "media_track_id": "cam", "source_frames": 12, "frames_dropped": 3}
        )
        for _ in range(5):
            bench.now_s += NO_TRACK_AFTER_S / 2
            bench.packet(is_key=True)
            await bench.decide()
        assert not run.done()
        assert bench.recorder.n_frames_dropped == 3
        assert bench.scenes()[-1]["kind"] == "placeholder", "a frozen camera becomes a card"
        run.cancel()


async def test_a_page_that_was_loaded_again_has_its_time_anew():
    """What a page could not show before it was loaded again is no reason to give it up soon afterwards."""
    bench = Bench()
    ada(bench, camera_on=True)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        bench.now_s += NO_TRACK_AFTER_S * 0.9
        await bench.decide()
        bench.recorder.on_page_message({"type": "hello"})
        bench.now_s += NO_TRACK_AFTER_S * 0.9
        await bench.decide()
        assert not run.done()
        run.cancel()


async def test_a_silent_encoder_ends_it():
    """The composer repeats still pictures, so nothing at all means that it is broken."""
    bench = Bench()

    async def go() -> None:
        await bench.decide()
        bench.now_s += NO_PACKET_AFTER_S + 1

    with pytest.raises(ExceptionGroup) as caught:
        await together(bench, bench.taken.append, go)
    assert caught.group_contains(PictureUnavailable, match="delivers nothing")


@pytest.mark.parametrize("what", ["no_h264_encoder", "worker_refused", "encoder_lost"])
async def test_a_composer_that_cannot_work_ends_it_at_once(what: str):
    """The page's own word is enough."""
    bench = Bench()
    bench.recorder.on_page_message({"type": "fault", "part": "composer", "what": what})
    with pytest.raises(PictureUnavailable) as caught:
        await bench.recorder.run(bench.taken.append)
    assert caught.value.reason == what


async def test_what_the_sink_raises_ends_the_run():
    """A full disk reaches whoever runs the recorder, not the reader of the page's link."""
    bench = Bench()

    def full(_: VideoPacket) -> None:
        raise RecordingDiskFull

    async def go() -> None:
        await bench.decide()
        bench.packet(is_key=True)
        bench.packet(is_key=True)

    with pytest.raises(ExceptionGroup) as caught:
        await together(bench, full, go)
    assert [type(problem) for problem in caught.value.exceptions] == [RecordingDiskFull]


async def test_while_paused_the_page_encodes_black_and_keeps_the_track_open():
    """Whatever the scene is or becomes; afterwards it is shown from the end of the pause on."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        ada(bench, camera_on=True)
        await bench.decide()
        bench.recorder.pause()
        assert bench.scenes()[-1] == {
            "type": "scene",
            "kind": "black",
            "media_track_id": "cam",
            "plate": "",
            "card": None,
        }
        bench.recorder.on_event(TrackOwner("ada", "share", 0.0, media_track_id="screen"))
        bench.recorder.on_event(TrackOpened(2, "video", TrackSource.RTC, "screen", "", "", 0.0))
        await bench.decide()
        assert (bench.scenes()[-1]["kind"], bench.scenes()[-1]["media_track_id"]) == ("black", "screen")
        bench.recorder.resume(123.5)
        assert (bench.scenes()[-1]["kind"], bench.scenes()[-1]["not_before_us"]) == ("share", 123.5e6)
        run.cancel()


async def test_a_recorder_that_begins_paused_begins_black():
    """It is told before it runs, and says nothing to the page before."""
    bench = Bench()
    bench.recorder.pause()
    assert bench.sent == []
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.recorder.run(bench.taken.append), name="run")
        await bench.decide()
        assert [scene["kind"] for scene in bench.scenes()] == ["black"]
        run.cancel()
