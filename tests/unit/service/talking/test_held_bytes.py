"""The bytes of what bots are to say, counted."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from roomtone.service.talking.errors import TooMuchWaits
from roomtone.service.talking.held_bytes import HeldBytes


def test_all_together_are_bounded_and_nobody_has_more_than_half():
    """What is refused is not counted, and what is let go of is free for anybody."""
    held = HeldBytes(100)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(held.hold("a", 50))
        with pytest.raises(TooMuchWaits, match="try again"), held.hold("a", 1):
            pass
        second.enter_context(held.hold("b", 30))
        with held.hold("c", 20):
            for workspace in "abcd":
                with pytest.raises(TooMuchWaits), held.hold(workspace, 1):
                    pass
        first.close()
        second.enter_context(held.hold("b", 20))
        second.enter_context(held.hold("a", 50))


def test_a_block_that_fails_lets_go():
    """However it ends, its bytes are no longer counted."""
    held = HeldBytes(100)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), held.hold("a", 50):
            raise ZeroDivisionError
