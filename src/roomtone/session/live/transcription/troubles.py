"""What goes wrong between the voices and the provider, told once for each change and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.speech.streaming.errors import StreamEnded

HOPELESS = frozenset({"key_refused", "no_funds", "bad_request", "engine_failed"})
"""What holds for every voice, if it is not to be tried again: the key, the options and the engine are one."""
_CHANGES = {"unreachable": "unreachable", "too_many_streams": "refused"}


class Troubles:
    """Shared by the voices of one meeting; used on one event loop.

    Args:
        warn: Told a code and a sentence: ``live_transcription_refused`` (not tried again, but for
            connections that are too many), ``_unreachable``, ``_disconnected``, ``_dropped`` (sound that was
            kept for too long) and ``_connected`` (words come again).

    Attributes:
        is_hopeless: Whether the provider will hear nothing from us; nobody need try.
        n_reconnects: Connections that broke before the sound ended.
        dropped_s: Sound of which no words became final, seconds.
    """

    def __init__(self, warn: Callable[[str, str], None]) -> None:
        self.is_hopeless = False
        self.n_reconnects = 0
        self.dropped_s = 0.0
        self._warn = warn
        self._warned = ""
        self._lost_s = 0.0

    def heard(self) -> None:
        """The provider told something."""
        if self._warned:
            lost = f"; {self._lost_s:.0f} s of sound were lost" if self._lost_s >= 1 else ""
            self._warn("live_transcription_connected", f"words are recognised again{lost}")
            self._warned, self._lost_s = "", 0.0

    def reconnected(self, is_needed: bool) -> None:
        """A connection ended that had nothing more to say."""
        self.n_reconnects += is_needed

    def ended(self, problem: StreamEnded) -> None:
        """A connection ended before the sound did."""
        self.n_reconnects += problem.retryable
        if not problem.retryable and problem.code in HOPELESS:
            self.is_hopeless = True
        change = _CHANGES.get(problem.code, "disconnected") if problem.retryable else "refused"
        if change != self._warned:
            self._warned = change
            self._warn(f"live_transcription_{change}", str(problem))

    def unheard(self, seconds: float) -> None:
        """So much was said to a provider that had refused us for good, as was told then."""
        self.dropped_s += seconds

    def dropped(self, seconds: float) -> None:
        """So much sound waited for too long, or was taken by a provider that told no final words of it."""
        if seconds <= 0:
            return
        self.dropped_s += seconds
        if self._lost_s == 0.0 and not self.is_hopeless:
            self._warn(
                "live_transcription_dropped",
                f"{seconds:.1f} s of sound have no words: the provider had not recognised them when they were"
                " 60 s old, or the stay over",
            )
        self._warned = self._warned or "dropped"
        self._lost_s += seconds
