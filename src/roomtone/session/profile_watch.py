"""Notices that the browser profile a bot was given is no longer signed in."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from playwright.async_api import Error as PlaywrightError

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.sign_ins import SIGN_INS, missing_cookies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.async_api import Page

    from roomtone.bot.session_protocol import Start
    from roomtone.bot.sign_ins import SignIn

SIGNED_OUT = "profile_signed_out"
"""The warning's code; a platform whose page says so reports it as a notice with this code."""
LOOK_DEADLINE_S = 3.0

_REMEDY = "sign in again with `roomtone profile login`"
_REFUSALS = frozenset({EndReason.SIGN_IN_REQUIRED, EndReason.BOT_DETECTED, EndReason.CAPTCHA_REQUIRED})

log = structlog.get_logger(__name__)


class ProfileWatch:
    """Of one stay; does nothing when the bot has no profile.

    Args:
        sign_in: The platform's; None where it has none, or the bot has no profile.
        has_profile: Whether the bot was given one.
        warn: Told a code and a message, once.
    """

    def __init__(
        self, sign_in: SignIn | None, warn: Callable[[str, str], None], *, has_profile: bool
    ) -> None:
        self._sign_in = sign_in
        self._has_profile = has_profile
        self._warn = warn
        self._is_signed_out = False

    @classmethod
    def of(cls, start: Start, warn: Callable[[str, str], None]) -> ProfileWatch:
        """The watch of a session with this first line."""
        sign_in = SIGN_INS.get(start.request.address.platform)
        return cls(sign_in, warn, has_profile=start.storage_state is not None)

    async def look(self, page: Page) -> None:
        """Whether the cookies that mean signed in survived the platform's first answers."""
        if not self._has_profile or self._sign_in is None:
            return
        cookies: list[Mapping[str, object]]
        try:
            async with asyncio.timeout(LOOK_DEADLINE_S):
                cookies = [dict(cookie) for cookie in await page.context.cookies()]
        except (TimeoutError, PlaywrightError) as problem:
            log.info("session.cookies_unknown", problem=type(problem).__name__)
            return
        missing = missing_cookies(cookies, self._sign_in, time.time())
        if missing:
            self._signed_out(f"the platform took back {', '.join(missing)}")

    def detail_of(self, reason: EndReason, detail: str) -> str:
        """The ending's detail, with what has to be said of the profile."""
        if not self._has_profile or reason not in _REFUSALS:
            return detail
        if reason is EndReason.SIGN_IN_REQUIRED:
            self._signed_out("the platform asks for a sign-in")
        said = (
            f"the bot's browser profile is signed out: {_REMEDY}"
            if self._is_signed_out
            else "the bot was sent with a signed-in browser profile"
        )
        return f"{detail}; {said}" if detail else said

    def _signed_out(self, why: str) -> None:
        if not self._is_signed_out:
            self._is_signed_out = True
            self._warn(SIGNED_OUT, f"the browser profile is signed out ({why}); {_REMEDY}")
