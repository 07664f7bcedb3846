"""What leaves a meeting while it runs: the port that every live output has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import Signal, Tick


class LiveOutput(Protocol):
    """One of them; used on the session's event loop. Nothing that it does reaches the recording."""

    async def run(self) -> None:
        """A task of the session, from the beginning of the recording; returns soon after ``finish``.

        What fails is tried again, or told as a warning; it is not raised. Cancelled, it drops everything.
        """

    def finish(self) -> None:
        """The stay is over: bring out what is left, within about 3 s, and close. May be called twice."""


@dataclass(frozen=True, slots=True)
class LiveFeed:
    """A live output, and what it is to be told; each of the calls must not block.

    Attributes:
        name: Of its task and in warnings, such as ``live_audio``.
        output: What runs.
        on_tick: Told every tick, without the bot's own voice, and silent while the recording is paused.
        on_signal: Told the platform's signals that may be kept: no captions of a pause.
    """

    name: str
    output: LiveOutput
    on_tick: Callable[[Tick], None] | None = None
    on_signal: Callable[[Signal], None] | None = None
