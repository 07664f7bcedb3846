"""The composition of the control socket: its caller's words become the bot's deeds."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from roomtone.bot.participant_events import participant_body
from roomtone.session.live.control_socket import ControlSocket
from roomtone.session.live_outputs import policy_of, seldom
from roomtone.session.platforms.errors import Unconfirmed

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.participant_events import ParticipantNews
    from roomtone.bot.session_protocol import Start
    from roomtone.session.capture.model import Samples
    from roomtone.session.presence import Presence


class PresenceDeeds:
    """The bot's presence as the control socket uses it; ``session.live.control_deeds.Deeds``.

    Args:
        presence: The bot's.
    """

    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    async def send_message(self, text: str) -> None:
        """As of ``Presence``; what only cannot be confirmed counts as done, or it would be sent again."""
        with contextlib.suppress(Unconfirmed):
            await self._presence.send_message(text)

    async def send_image(self, url: str, display_s: float | None = None) -> None:
        """As of ``Presence``."""
        with contextlib.suppress(Unconfirmed):
            await self._presence.send_image(url, display_s)

    async def show_picture(self, data: bytes, display_s: float | None = None) -> None:
        """As of ``Presence``."""
        await self._presence.show_picture(data, display_s)

    def speak(self, samples: Samples) -> None:
        """As of ``Presence``."""
        self._presence.speak(samples)

    def stop_speaking(self) -> None:
        """As of ``Presence``."""
        self._presence.stop_speaking()


def control_socket(
    start: Start, presence: Presence, warn: Callable[[str, str], None]
) -> ControlSocket | None:
    """The control socket of a session; None when none was asked for."""
    wanted = start.request.socket_connection_url
    if wanted is None:
        return None

    def body_of(news: ParticipantNews) -> dict[str, Any]:
        return participant_body(
            news,
            bot_id=start.bot_id,
            platform=start.request.address.platform.label,
            custom_attributes=start.request.custom_attributes,
        )

    return ControlSocket(
        wanted.url_for(start.bot_id),
        bot_id=start.bot_id,
        deeds=PresenceDeeds(presence),
        body_of=body_of,
        policy=policy_of(start),
        on_warning=seldom(warn),
    )
