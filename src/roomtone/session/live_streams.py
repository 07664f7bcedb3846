"""Makes the live streams that a request asks for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.audio_socket import LiveAudioSocket
from roomtone.session.warning_limit import WarningLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.bot.session_protocol import Start


def live_audio_socket(start: Start, warn: Callable[[str, str], None]) -> LiveAudioSocket | None:
    """The live audio stream of a session; None when none was asked for.

    Of each code ``warn`` is told once a minute at most: a receiver that comes and goes is one trouble.
    """
    wanted = start.request.live_audio_required
    if wanted is None:
        return None
    limit = WarningLimit()

    def warn_seldom(code: str, message: str) -> None:
        if (told := limit.admit(code, message, time.monotonic())) is not None:
            warn(code, told)

    return LiveAudioSocket(
        wanted.websocket_url,
        bot_id=start.bot_id,
        length_bytes=wanted.length_bytes or start.live_length_bytes,
        policy=AddressPolicy.of(allow_private=start.allow_private_networks, networks=start.allowed_networks),
        on_warning=warn_seldom,
    )
