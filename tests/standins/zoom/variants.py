"""A script's ``variant`` in words: which Zoom a guest meets. A table of axes; one word sets one axis."""

from __future__ import annotations

from dataclasses import dataclass

from roomtone.practice.errors import InvalidScript

REFUSED_BY_POST = {
    "bot-wall": 9516,
    "bot-wall-inline": 9516,
    "bot-wall-shadow": 9516,
    "captcha-invisible": 9515,
    "captcha-picture": 9505,
    "captcha-google": 9505,
    "registration": 9506,
    "registration-dialog": 3099,
    "passcode-wrong": 3004,
    "client-blocked": 1132,
    "join-ignored": 201,
    "silent-not-found": 3001,
    "silent-not-started": 3008,
    "silent-sign-in": 3034,
}
"""Outcomes of the form's POST, with its error code."""
REFUSED_BY_GATEWAY = {
    "not-started": 3008,
    "locked": 12,
    "full": 9,
    "over": 6,
    "removed-before": 103039,
    "rejected": 103043,
}
"""Outcomes of joining on the socket, with the ``res`` of 4098."""
REDIRECTS = {
    "sign-in-redirect": "/signin?from=join",
    "registration-redirect": "/webinar/register/WN_Rm9vbS10b25lX3JlZ2lz",
}
"""Outcomes of loading the client's page, with the address it sends to."""
OTHER_OUTCOMES = (
    "join-disabled",
    "sign-in",
    "passcode-missing",
    "passcode-apart",
    "invalid",
    "web-client-blocked",
    "unreachable",
    "no-answer",
    "server-error",
    "page-error",
    "page-hangs",
    "page-hangs-on-join",
    "page-hangs-in-meeting",
    "blank",
)
AXES: dict[str, tuple[str, ...]] = {
    "form": ("react", "classic", "name-fixed", "name-prefilled", "webinar"),
    "frame": ("plain", "pwa-iframe"),
    "signalling": ("socket", "worker"),
    "audio": ("webrtc", "wmsc", "wasm", "wasm-loop"),
    "audio_join": ("auto-audio", "manual-audio", "no-audio"),
    "layout": ("single", "speaker", "gallery"),
    "picture": ("canvas", "video-player", "video-tracks"),
    "way": ("quiet", "cookie-banner", "device-prompt", "launch-page", "remount", "overlay"),
    "meeting": ("calm", "consent", "consent-strict", "disclaimer", "tips"),
    "lobby": ("plain-lobby", "footer-in-lobby", "lobby-words-in-call"),
    "outcome": ("admits", *REFUSED_BY_POST, *REFUSED_BY_GATEWAY, *REDIRECTS, *OTHER_OUTCOMES),
}
"""Every axis with its words, the default first; no word stands on two axes."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One word an axis; see the table in README.md."""

    form: str = "react"
    frame: str = "plain"
    signalling: str = "socket"
    audio: str = "webrtc"
    audio_join: str = "auto-audio"
    layout: str = "single"
    picture: str = "canvas"
    way: str = "quiet"
    meeting: str = "calm"
    lobby: str = "plain-lobby"
    outcome: str = "admits"

    def as_json(self) -> dict[str, str]:
        """The ``variant`` of ``MeetingConfig``."""
        return {axis: getattr(self, axis) for axis in AXES}


def parse_variant(text: str) -> Variant:
    """The variant that a script asks for: ``default``, or words joined by ``+``.

    Raises:
        InvalidScript: For a word that is unknown, and for two words of one axis.
    """
    axis_of = {word: axis for axis, words in AXES.items() for word in words}
    chosen: dict[str, str] = {}
    for word in () if text == "default" else text.split("+"):
        axis = axis_of.get(word.strip())
        if axis is None:
            raise InvalidScript("variant", f"{word.strip()!r} is no word of the Zoom stand-in; {_known()}")
        if axis in chosen:
            raise InvalidScript("variant", f"{chosen[axis]!r} and {word.strip()!r} exclude each other")
        chosen[axis] = word.strip()
    return Variant(**chosen)


def _known() -> str:
    return "known: " + "; ".join(f"{axis}: {', '.join(words)}" for axis, words in AXES.items())
