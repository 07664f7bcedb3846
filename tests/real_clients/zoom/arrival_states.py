"""States on the way in: the join form, and the refusals of the form and of the gateway. Data."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.scene import BOT_NAME, Refusal, Scene, at_once
from tests.real_clients.zoom.state import IN_CALL, State, in_call

FORMS = (
    in_call(Scene("fixed_name", form="fixed", passcode="123456"), group="forms"),
    in_call(Scene("name_and_passcode"), group="forms", asked={"name": BOT_NAME, "pwd": "123456"}),
    in_call(Scene("name_alone", asks_passcode=False), group="forms", asked={"name": BOT_NAME}),
    in_call(
        Scene("passcode_second_form", refusals=(Refusal(3004),), always_refused=False),
        group="forms",
        link="https://app.zoom.us/wc/85012345678/join?pwd=abcdef.1",
        asked={"pwd": "abcdef"},
    ),
    State(
        Scene("email_wanted", email=""), "forms", EndReason.REGISTRATION_REQUIRED, never=IN_CALL, within_s=40
    ),
)


def _refused(code: int, reason: EndReason, message: str = "") -> State:
    name = f"join_{code}" + ("_in_words" if message else "")
    return State(
        Scene(name, refusals=(Refusal(code, message),)), "refused by the form", reason, never=IN_CALL
    )


REFUSED_BY_FORM = (
    _refused(3004, EndReason.PASSCODE_WRONG),
    _refused(9516, EndReason.BOT_DETECTED),
    _refused(9515, EndReason.CAPTCHA_REQUIRED),
    _refused(9505, EndReason.CAPTCHA_REQUIRED),
    _refused(1132, EndReason.WEB_CLIENT_BLOCKED),
    _refused(9503, EndReason.JOIN_REFUSED),
    _refused(9504, EndReason.REGISTRATION_REQUIRED),
    _refused(3001, EndReason.MEETING_NOT_FOUND),
    _refused(3008, EndReason.MEETING_NOT_STARTED),
    _refused(3034, EndReason.SIGN_IN_REQUIRED),
    _refused(3001, EndReason.MEETING_NOT_FOUND, "This meeting link is invalid (3,001)"),
)


def _turned_away(code: int, reason: EndReason) -> State:
    scene = Scene(f"gateway_{code}", on_join=at_once(say.joined(code)))
    return State(scene, "refused by the gateway", reason, never=IN_CALL)


REFUSED_BY_GATEWAY = (
    _turned_away(12, EndReason.MEETING_LOCKED),
    _turned_away(9, EndReason.MEETING_FULL),
    _turned_away(6, EndReason.MEETING_OVER),
    _turned_away(103039, EndReason.REMOVED_BEFORE),
    _turned_away(103043, EndReason.ENTRY_DENIED),
    _turned_away(3008, EndReason.MEETING_NOT_STARTED),
    _turned_away(3001, EndReason.MEETING_NOT_FOUND),
    _turned_away(3004, EndReason.MEETING_NOT_FOUND),
    _turned_away(3034, EndReason.SIGN_IN_REQUIRED),
    _turned_away(3000, EndReason.JOIN_REFUSED),
    _turned_away(9516, EndReason.JOIN_REFUSED),
)
