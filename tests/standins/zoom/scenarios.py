"""Every way in which a bot's stay on Zoom can go, as data: what a person would see, and how the stay must end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import roomtone.practice.demo as clips
from roomtone.bot.end_reasons import EndReason as Is
from tests.standins.scenario import CREATED, Scenario
from tests.standins.zoom.outcomes import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLIPS = Path(next(iter(clips.__path__)))
VISIBLE_S = 20.0
"""A refusal is told within so many seconds of being visible."""
END_S = 16
SHOWN = "page_refusal_shown"
FORM, PRESSED = "page_form_shown", "page_join_pressed"

PEOPLE: list[dict[str, Any]] = [
    {
        "name": "Ada Lovelace",
        "host": True,
        "says": [{"at_s": 2, "file": str(CLIPS / "austen-0880.flac"), "every_s": 6}],
    },
    {"name": "Grace Hopper", "says": [{"at_s": 5.2, "file": str(CLIPS / "goforward.flac"), "every_s": 6}]},
]
FAILURE_WORDS = (
    "You have been removed from this meeting by the host.",
    "This meeting has been ended by host",
    "The meeting has been ended",
    "Sign in to join",
    "Automated bots aren't allowed to join this meeting.",
    "We detected you may be a bot.",
    "Please wait, the meeting host will let you in soon.",
    "Waiting for the host to start the meeting.",
    "Host has joined. We've let them know you're here.",
    "This meeting link is invalid (3,001)",
    "Type the characters you see",
    "You failed the reCAPTCHA verification.",
    "Incorrect Password",
    "Host has locked this meeting.",
    "Your free meeting has ended",
    "Registered meetings are not supported",
    "The Zoom Meetings Web Client is blocked by your organizational policy",
    "You are unable to rejoin this meeting because you were previously removed by the host",
    "Joining Meeting Timeout or Browser restriction",
    "Meeting has not started Error Code:3008",
    "Unable to join this meeting",
    "You've already joined this meeting on another device",
)
HASTY = {"automatic_leave": {"waiting_room_timeout": 60, "everyone_left_timeout": 60}}


def _script(variant: str = "default", **more: Any) -> dict[str, Any]:
    ends = {"at_s": END_S, "how": "ended"}
    return {
        "client": "zoom",
        "variant": variant,
        "title": "Weekly review",
        "clock": "bot_admitted",
        "participants": PEOPLE,
        "ends": ends,
        **more,
    }


def _ends(code: int, how: str = "ended") -> dict[str, Any]:
    return {"ends": {"at_s": 10, "how": how, "code": code}}


def _refusals() -> Iterator[Scenario]:
    """Refusals that can be seen at once."""
    for variant in (
        "bot-wall", "bot-wall-inline", "bot-wall-shadow", "captcha-invisible", "captcha-picture",
        "captcha-google", "sign-in", "registration-dialog", "passcode-wrong", "not-started", "locked", "full",
        "over", "removed-before", "rejected", "web-client-blocked", "client-blocked", "unreachable",
        "server-error", "classic+bot-wall", "classic+captcha-picture", "pwa-iframe+bot-wall",
    ):  # fmt: skip
        yield _failure(variant, VISIBLE_S, SHOWN)
    for variant in ("sign-in-redirect", "registration", "registration-redirect"):
        yield _failure(variant, VISIBLE_S, "other_page_served")
    for variant in ("invalid", "page-error"):
        yield _failure(variant, VISIBLE_S, "client_page_served")
    yield _failure("no-answer", 40, CREATED)


def _without_a_word() -> Iterator[Scenario]:
    """Where nothing says what is wrong: the bounds are those of a symptom."""
    yield _failure("passcode-missing", VISIBLE_S, FORM)
    yield _failure("join-disabled", 35, FORM)
    for variant in ("join-ignored", "silent-not-found", "silent-not-started", "silent-sign-in"):
        yield _failure(variant, 35, PRESSED)
    yield _failure("page-hangs", 30, FORM)
    yield _failure("page-hangs-on-join", 30, PRESSED)
    hangs = _script("page-hangs-in-meeting", ends={"at_s": 4000})
    endings = ENDINGS["page-hangs-in-meeting"]
    yield Scenario("page-hangs-in-meeting", hangs, endings, 60, "page_meeting_shown", slow=True)
    yield _failure("blank", 50, "client_page_served")


def _failure(variant: str, bound_s: float, since: str) -> Scenario:
    """The bot does not get in; the last word of the variant is the outcome."""
    endings = ENDINGS[variant.rpartition("+")[2]]
    forbids = ("guest_admitted",)
    name = variant.replace("+", "-")
    return Scenario(name, _script(variant), endings, bound_s, since, forbids=forbids)


def _lobbies() -> Iterator[Scenario]:
    """Waiting room, host, hold."""
    lobby = {"mode": "lobby", "after_s": 8, "outcome": "admit"}
    yield _good("waiting-room", _script(admission=lobby))
    denied = _script(admission={**lobby, "outcome": "deny"})
    yield Scenario("waiting-room-denied", denied, (Is.ENTRY_DENIED,), VISIBLE_S, "guest_denied")
    never = {"mode": "lobby", "outcome": "never"}
    for name, variant in (("waiting-room-never", "default"), ("call-controls-in-lobby", "footer-in-lobby")):
        yield Scenario(
            name, _script(variant, admission=never), (Is.WAITING_ROOM_TIMEOUT,), 80, "guest_in_lobby",
            HASTY, forbids=("guest_admitted", "guest_vanished"), slow=True,
        )  # fmt: skip
    absent = [{**PEOPLE[0], "joins_s": 3000}, PEOPLE[1]]
    host = {"mode": "host"}
    nobody = _script(participants=absent, admission=host, clock="first_arrival", ends={"at_s": 4000})
    yield Scenario(
        "host-never-comes", nobody, (Is.MEETING_NOT_STARTED,), 80, "guest_in_lobby",
        HASTY, forbids=("guest_admitted",), slow=True,
    )  # fmt: skip
    late = [{**PEOPLE[0], "joins_s": 30}, PEOPLE[1]]
    ends = {"at_s": 45, "how": "ended"}
    yield _good("host-late", _script(participants=late, admission=host, clock="first_arrival", ends=ends))
    yield _good(
        "call-controls-before-admission", _script("footer-in-lobby", admission={**lobby, "after_s": 20})
    )
    held = [{"at_s": 6, "what": "bot_put_on_hold"}, {"at_s": 16, "what": "bot_let_in_again"}]
    longer = {"at_s": 26, "how": "ended"}
    yield _good("on-hold-and-back", _script(events=held, ends=longer))
    yield _good("ended-on-hold", _script(events=held[:1]))
    yield Scenario(
        "on-hold-for-ever", _script(events=held[:1], ends={"at_s": 4000}), (Is.WAITING_ROOM_TIMEOUT,),
        80, "bot_put_on_hold", HASTY, slow=True,
    )  # fmt: skip
    yield _good("lobby-words-in-call", _script("lobby-words-in-call", title="Please wait for the host"))


def _ways_in() -> Iterator[Scenario]:
    """Every form and obstacle that a bot gets past."""
    for variant in (
        "classic", "pwa-iframe", "worker", "wmsc", "wasm", "manual-audio", "speaker+video-player", "gallery+video-tracks",
        "cookie-banner", "device-prompt", "launch-page", "remount", "overlay", "disclaimer", "tips", "name-prefilled",
        "passcode-apart", "pwa-iframe+worker+wasm+manual-audio",
    ):  # fmt: skip
        yield _good(variant.replace("+", "-"), _script(variant))
    yield _good("name-fixed", _script("name-fixed"))
    yield _good("no-audio", _script("no-audio"), needs=())
    for variant in ("consent", "consent-strict"):
        longer = {"at_s": 30, "how": "ended"}
        yield _good(variant, _script(variant, ends=longer), needs=("guest_joined_audio", "guest_consented"))
    webinar = (Is.MEETING_ENDED, Is.REGISTRATION_REQUIRED)
    yield Scenario("webinar", _script("webinar"), webinar, 60)


def _endings() -> Iterator[Scenario]:
    """Every end of a stay that began."""
    for code in (8, 10, 15, 17, 1, 11):
        yield _good(f"ended-{code}", _script(**_ends(code)))
    # Straight to the leave page: nothing says that the meeting is over, or that it is not.
    unsaid = (Is.MEETING_ENDED, Is.CONNECTION_LOST)
    yield Scenario("ended-2", _script(**_ends(2)), unsaid, VISIBLE_S, "meeting_ended")
    for code in (7, 6):
        removed = _script(**_ends(code, "bot_removed"))
        yield Scenario(f"removed-{code}", removed, (Is.REMOVED_BY_HOST,), VISIBLE_S, "bot_removed")
    elsewhere = (Is.REMOVED_BY_HOST, Is.MEETING_ENDED, Is.CONNECTION_LOST)
    yield Scenario("ended-12", _script(**_ends(12)), elsewhere, VISIBLE_S, "meeting_ended")
    lost = (Is.CONNECTION_LOST,)
    yield Scenario("lost-3", _script(**_ends(3, "connection_lost")), lost, 45, "meeting_ended")
    silent = _script(ends={"at_s": 10, "how": "connection_lost"})
    yield Scenario("connection-lost", silent, lost, 45, "meeting_ended")
    kicked = _script(events=[{"at_s": 8, "what": "bot_removed"}])
    yield Scenario("removed-mid-meeting", kicked, (Is.REMOVED_BY_HOST,), VISIBLE_S, "bot_removed")
    alone = _script(ends={"at_s": 10, "how": "everyone_left"})
    yield Scenario(
        "everyone-left", alone, (Is.EVERYONE_LEFT,), 90, "meeting_ended", HASTY,
        needs=("guest_said_goodbye",), forbids=("guest_vanished",), slow=True,
    )  # fmt: skip
    words = [
        {"at_s": round(3 + 0.5 * place, 1), "from": "Ada Lovelace", "text": text}
        for place, text in enumerate(FAILURE_WORDS)
    ]
    for name, variant in (("chat-of-failures", "default"), ("chat-of-failures-worker", "worker+speaker")):
        talk = _script(variant, chat=words, ends={"at_s": 20, "how": "ended"})
        yield _good(name, talk)
    named = [{**PEOPLE[0], "name": "You have been removed"}, {**PEOPLE[1], "name": "Sign in to join"}]
    yield _good(
        "people-named-like-failures", _script(participants=named, title="This meeting has been ended by host")
    )


def _good(name: str, script: Mapping[str, Any], needs: tuple[str, ...] = ("guest_joined_audio",)) -> Scenario:
    """The bot gets in and stays until the meeting's end."""
    return Scenario(
        name, script, (Is.MEETING_ENDED,), VISIBLE_S, "meeting_ended", needs=("guest_admitted", *needs)
    )


SCENARIOS: tuple[Scenario, ...] = (*_refusals(), *_without_a_word(), *_lobbies(), *_ways_in(), *_endings())
"""The table, in the order in which it is run."""
