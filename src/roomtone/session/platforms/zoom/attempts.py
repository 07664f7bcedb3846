"""What has been done with Zoom's join form in one stay. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Attempts:
    """What has been done with the join form.

    Attributes:
        passcodes: What may be typed, best first.
        tried: How many of them were refused.
        filled_s: When the form had been filled in first; None: not yet.
        joined_s: When Join was pressed last; None: not yet, or not since something else is to be typed.
        is_typed: Whether the passcode whose turn it is has been typed; the link may have brought one along.
        has_email: Whether the form's e-mail address is there or is not asked for.
        is_pending: Whether the request to join is on its way to Zoom's server.
    """

    passcodes: tuple[str, ...] = ()
    tried: int = 0
    filled_s: float | None = None
    joined_s: float | None = None
    is_typed: bool = False
    has_email: bool = True
    is_pending: bool = False

    @property
    def passcode(self) -> str | None:
        """What is to be typed now; None: there is nothing, or nothing left."""
        return self.passcodes[self.tried] if self.tried < len(self.passcodes) else None

    def refused(self, *, is_asked: bool) -> None:
        """Zoom did not take the passcode: the next one's turn.

        Args:
            is_asked: Whether the form has a box for it now; one that came only now takes the first.
        """
        if self.is_typed or not is_asked or self.passcode is None:
            self.tried += 1
        self.is_typed = False
        self.joined_s = None
