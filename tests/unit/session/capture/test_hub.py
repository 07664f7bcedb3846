import pytest

from roomtone.session.capture.hub import TickHub
from roomtone.session.capture.model import Tick


class Listener:
    """Keeps positions; its disk is full at one of them."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.positions: list[int] = []
        self.fails_at = fails_at

    def on_tick(self, tick: Tick) -> None:
        """Keep the position."""
        if tick.position == self.fails_at:
            raise OSError("disk full")
        self.positions.append(tick.position)


def test_subscriber_that_raises_is_dropped_and_told_of_and_others_go_on():
    """A failing subscriber hears nothing more; the one after it misses no tick."""
    failures: list[tuple[str, str]] = []
    hub = TickHub(lambda name, problem: failures.append((name, str(problem))))
    bad, good = Listener(fails_at=960), Listener()
    hub.subscribe("bad", bad)
    hub.subscribe("good", good)
    for n in range(4):
        hub.publish(Tick(n * 960, 0.0))
    assert failures == [("bad", "disk full")]
    assert bad.positions == [0]
    assert good.positions == [0, 960, 1920, 2880]


def test_a_name_is_taken_once():
    """Who has it goes on hearing, and nobody else hears under it."""
    hub = TickHub(lambda *_: None)
    listener = Listener()
    hub.subscribe("a", listener)
    other = Listener()
    with pytest.raises(ValueError, match="'a'"):
        hub.subscribe("a", other)
    hub.publish(Tick(0, 0.0))
    assert (listener.positions, other.positions) == ([0], [])
