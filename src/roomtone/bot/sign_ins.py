"""Where one signs in to each platform, and which cookies tell that somebody has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.bot.meeting_address import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one signs in to a platform.

    Attributes:
        url: The page at which a person signs in.
        domains: The platform's own; cookies and storage of any other are no part of a profile.
        cookies: All of these, not expired, mean that somebody is signed in.
    """

    url: str
    domains: tuple[str, ...]
    cookies: tuple[str, ...]


SIGN_INS: dict[Platform, SignIn] = {
    Platform.ZOOM: SignIn(
        url="https://zoom.us/signin",
        domains=("zoom.us", "zoom.com", "zoomgov.com"),
        cookies=("zm_aid", "zm_haid", "_zm_ssid"),
    )
}
"""Platforms without an entry have no accounts."""


def belongs_to(domain: str, domains: Iterable[str]) -> bool:
    """Whether a cookie's domain, or a host, is one of these or lies under one."""
    bare = domain.lower().removeprefix(".")
    return any(bare == own or bare.endswith(f".{own}") for own in domains)


def missing_cookies(cookies: Iterable[Mapping[str, Any]], sign_in: SignIn, now_s: float) -> tuple[str, ...]:
    """The names of the sign-in's cookies that are not there, empty or expired.

    Args:
        cookies: As Playwright tells them: ``name``, ``value``, ``domain`` and ``expires``.
        sign_in: The platform's.
        now_s: Unix time.
    """
    there = {cookie["name"] for cookie in _own(cookies, sign_in) if not 0 < _expiry_s(cookie) <= now_s}
    return tuple(name for name in sign_in.cookies if name not in there)


def signed_in_until_s(cookies: Iterable[Mapping[str, Any]], sign_in: SignIn) -> float | None:
    """When the first of the sign-in's cookies expires, unix time; None when none says so."""
    expiries: dict[str, float] = {}
    for cookie in _own(cookies, sign_in):
        if cookie["name"] in sign_in.cookies and _expiry_s(cookie) > 0:
            expiries[cookie["name"]] = max(expiries.get(cookie["name"], 0.0), _expiry_s(cookie))
    return min(expiries.values(), default=None)


def _own(cookies: Iterable[Mapping[str, Any]], sign_in: SignIn) -> list[Mapping[str, Any]]:
    return [
        cookie for cookie in cookies if cookie.get("value") and belongs_to(cookie["domain"], sign_in.domains)
    ]


def _expiry_s(cookie: Mapping[str, Any]) -> float:
    """Unix time; -1 is a cookie that lasts as long as its browser."""
    return float(cookie.get("expires", -1))
