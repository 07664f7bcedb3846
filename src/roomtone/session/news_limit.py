"""How much is told of participants a minute: what a meeting does is not to flood receivers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.bot.session_protocol import SpeakingMoved


class Allowance:
    """So many a minute, and so many at once. Times are seconds of one clock.

    Args:
        a_minute: In the long run.
        at_once: After a quiet time.
    """

    def __init__(self, a_minute: float, at_once: int) -> None:
        self._a_second = a_minute / 60.0
        self._most = float(at_once)
        self._left = self._most
        self._at_s: float | None = None

    def take(self, now_s: float) -> bool:
        """Whether one more is allowed now; if so, it is taken."""
        if self._at_s is not None:
            self._left = min(self._most, self._left + max(0.0, now_s - self._at_s) * self._a_second)
        self._at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class SpeakingLimit:
    """Holds back who began and ceased to speak where it is too much, and tells then what is so by then.

    Of each participant starts and stops alternate in what is told, whatever was left out between.

    Args:
        allowance: How much is told.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._told: set[str] = set()
        self._waiting: dict[str, SpeakingMoved] = {}

    def offer(self, moved: SpeakingMoved, now_s: float) -> list[SpeakingMoved]:
        """Somebody began or ceased; gives what is to be told now."""
        self._waiting.pop(moved.participant_id, None)
        self._waiting[moved.participant_id] = moved
        return self.due(now_s)

    def due(self, now_s: float) -> list[SpeakingMoved]:
        """What was held back and may be told now; to be asked now and then."""
        found = []
        for who, moved in list(self._waiting.items()):
            if (moved.action == "start") == (who in self._told):
                del self._waiting[who]  # it came back to what was told last
            elif self._allowance.take(now_s):
                del self._waiting[who]
                self._told ^= {who}
                found.append(moved)
            else:
                break
        return found
