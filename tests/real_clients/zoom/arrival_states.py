"""States on the way in: the join form, and the refusals of the form and of the gateway. Data."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.scene import BOT_NAME, Refusal, Scene, at_once
from tests.real_clients.zoom.state import IN_CALL, State, in_call

FORMS = (
    in_call(
        Scene("fixed_name", "form without fields, the name is fixed", form="fixed", passcode="123456"),
        group="forms",
    ),
    in_call(
        Scene("name_and_passcode", "form with passcode, e-mail and a name that stands there already"),
        group="forms",
        asked={"name": BOT_NAME, "pwd": "123456"},
    ),
    in_call(
        Scene("name_alone", "form without a passcode field", asks_passcode=False),
        group="forms",
        asked={"name": BOT_NAME},
    ),
    in_call(
        Scene(
            "passcode_second_form",
            "“Incorrect Password”; right without the link's “.1”",
            refusals=(Refusal(3004),),
            always_refused=False,
        ),
        group="forms",
        link="https://app.zoom.us/wc/85012345678/join?pwd=abcdef.1",
        asked={"pwd": "abcdef"},
    ),
    State(
        Scene("email_wanted", "form with an empty e-mail field; Join stays disabled", email=""),
        "forms",
        EndReason.REGISTRATION_REQUIRED,
        never=IN_CALL,
        within_s=40,
    ),
)


def _refused(code: int, shows: str, reason: EndReason, message: str = "", page_shows: str = "") -> State:
    name = f"join_{code}" + ("_in_words" if message else "")
    return State(
        Scene(name, shows, refusals=(Refusal(code, message),)),
        "refused by the form",
        reason,
        never=IN_CALL,
        page_shows=page_shows,
    )


REFUSED_BY_FORM = (
    _refused(3004, "“Incorrect Password”", EndReason.PASSCODE_WRONG),
    _refused(9516, "“Sign in to join … We detected you may be a bot”", EndReason.BOT_DETECTED),
    _refused(9515, "“You failed the reCAPTCHA verification.”", EndReason.CAPTCHA_REQUIRED),
    _refused(9505, "“Type the characters you see”", EndReason.CAPTCHA_REQUIRED),
    _refused(1132, "“Unable to join meeting … Error code: 1132”", EndReason.WEB_CLIENT_BLOCKED),
    _refused(9503, "“Your name cannot be empty”", EndReason.JOIN_REFUSED, page_shows="join_ignored"),
    _refused(9504, "“Your email cannot be empty”", EndReason.REGISTRATION_REQUIRED),
    _refused(3001, "nothing at all", EndReason.MEETING_NOT_FOUND, page_shows="join_ignored"),
    _refused(3008, "nothing at all", EndReason.MEETING_NOT_STARTED, page_shows="join_ignored"),
    _refused(3034, "nothing at all", EndReason.SIGN_IN_REQUIRED, page_shows="join_ignored"),
    _refused(
        3001,
        "the server's words as a toast",
        EndReason.MEETING_NOT_FOUND,
        "This meeting link is invalid (3,001)",
        page_shows="join_ignored",
    ),
)


def _turned_away(code: int, shows: str, reason: EndReason, page_shows: str = "") -> State:
    scene = Scene(f"gateway_{code}", shows, on_join=at_once(say.joined(code)))
    return State(scene, "refused by the gateway", reason, never=IN_CALL, page_shows=page_shows)


REFUSED_BY_GATEWAY = (
    _turned_away(12, "“Host has locked this meeting.”", EndReason.MEETING_LOCKED),
    _turned_away(9, "“… reached the maximum number of attendees allowed”", EndReason.MEETING_FULL),
    _turned_away(6, "“This meeting has been ended by host”", EndReason.MEETING_OVER),
    _turned_away(103039, "“… you were previously removed by the host”", EndReason.REMOVED_BEFORE),
    _turned_away(103043, "“Your admin has restricted communication …”", EndReason.ENTRY_DENIED),
    _turned_away(3008, "“Meeting has not started”, 3008", EndReason.MEETING_NOT_STARTED),
    _turned_away(3001, "“Meeting does not exist.”, 3610", EndReason.MEETING_NOT_FOUND),
    _turned_away(3004, "“The meeting number is wrong.”, 3714", EndReason.PASSCODE_WRONG, "meeting_not_found"),
    _turned_away(3034, "“Error Code: 3034”", EndReason.SIGN_IN_REQUIRED),
    _turned_away(3000, "“Fail to join the meeting.”, 1", EndReason.MEETING_NOT_STARTED, "join_refused"),
    _turned_away(9516, "“Fail to join the meeting.”, 1", EndReason.BOT_DETECTED, "join_refused"),
)
