"""Whoever hears the meeting, and that none of them can stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import Tick, TickSubscriber


class TickHub:
    """Gives every tick to every subscriber, in the order of subscribing; used by one task.

    Args:
        on_failure: Told the name and the exception of a subscriber that raised and hears nothing any more.
    """

    def __init__(self, on_failure: Callable[[str, Exception], None]) -> None:
        self._on_failure = on_failure
        self._subscribers: dict[str, TickSubscriber] = {}

    def subscribe(self, name: str, subscriber: TickSubscriber) -> None:
        """Let a subscriber hear every tick from now on.

        Raises:
            ValueError: If the name is taken.
        """
        if name in self._subscribers:
            raise ValueError(f"there is a subscriber {name!r} already")
        self._subscribers[name] = subscriber

    def publish(self, tick: Tick) -> None:
        """Give the tick to everybody."""
        for name, subscriber in list(self._subscribers.items()):
            try:
                subscriber.on_tick(tick)
            except Exception as problem:  # noqa: BLE001  the others must go on hearing; the owner is told
                self._subscribers.pop(name, None)
                self._on_failure(name, problem)
