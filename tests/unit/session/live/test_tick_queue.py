import numpy as np

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import Tick
from roomtone.session.live.tick_queue import TickQueue

VOICES = {Speaker("a", "A"): np.zeros(960, np.int16), Speaker("b", "B"): np.zeros(960, np.int16)}


def tick(n: int) -> Tick:
    """The tick of that number, with two voices."""
    return Tick(n * 960, n * 0.02, VOICES)


def test_oldest_tick_goes_when_full_and_its_frames_are_counted():
    """Three places, five ticks of two speakers: four frames are dropped, the newest three are left."""
    queue = TickQueue(3)
    for n in range(5):
        queue.put(tick(n))
    assert len(queue) == 3
    assert queue.dropped_frames == 4
    assert [queue.take() for _ in range(3)] == [tick(2), tick(3), tick(4)]
    assert queue.take() is None


def test_tick_that_was_not_delivered_is_the_oldest_again():
    """Unless the queue filled up meanwhile: then it is the one that is dropped."""
    queue = TickQueue(2)
    queue.put(tick(0))
    queue.put(tick(1))
    taken = queue.take()
    assert taken is not None
    queue.put_back(taken)
    assert queue.take() is taken
    queue.put(tick(2))
    queue.put_back(taken)
    assert queue.dropped_frames == 2
    queue.drop_all()
    assert (len(queue), queue.dropped_frames) == (0, 6)
