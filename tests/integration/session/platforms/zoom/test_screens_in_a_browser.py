"""Zoom's screens, as its page shows them, are told apart by what a browser makes of them."""

from __future__ import annotations

import pytest
from tests.integration.session.platforms.zoom.zoom_pages import (
    ALONE_BEHIND,
    EVERYTHING,
    FOOTER,
    IN_CALL,
    PEOPLES_WORDS,
    dialog,
    form,
    room,
)

from roomtone.session.platforms.page_reading import look
from roomtone.session.platforms.screens import evidence_queries, recognise
from roomtone.session.platforms.zoom.frames import is_client_frame
from roomtone.session.platforms.zoom.screens import SCREENS

pytestmark = pytest.mark.browser

PAGES: tuple[tuple[str, str, str], ...] = (
    ("react form", form(), "join_form"),
    ("form, Join by its class disabled", form(join="disabled zm-btn--disabled"), "join_form"),
    (
        "classic form",
        '<form><input id="inputname"><button id="joinBtn" type="button">Join</button></form>',
        "join_form",
    ),
    ("passcode refused", form(pwd="Incorrect Password"), "passcode_wrong"),
    ("call, its bar faded out", IN_CALL, "call"),
    ("bar alone", FOOTER.format(counter=""), "unknown"),
    ("bar with nobody", ALONE_BEHIND, "unknown"),
    ("lobby's words in a call", IN_CALL + PEOPLES_WORDS, "call"),
    (
        "dialog of the call",
        IN_CALL + dialog("This meeting is being recorded", "By staying in this meeting, you consent."),
        "call",
    ),
    (
        "end words in the account's own notice",
        IN_CALL
        + dialog("This meeting is being recorded", "This meeting has been ended by host").replace(
            "<button>OK</button>", "<button>Leave Meeting</button><button>Got it</button>"
        ),
        "call",
    ),
    (
        "end words within others",
        IN_CALL + dialog("AI Companion is on", "This meeting has been ended by host is what people say."),
        "call",
    ),
    ("a warning of the end", IN_CALL + dialog("This free Zoom meeting has ended soon? No: later"), "call"),
    ("refusal's words in a call", IN_CALL + dialog("Note", "Host has locked this meeting."), "call"),
    (
        "breakout",
        IN_CALL + dialog("Join Breakout Room?", "Ada invites you to join: Error code party"),
        "call",
    ),
    ("share that nobody shares", IN_CALL + '<div id="sharee-container">x</div>', "call"),
    ("waiting room", room("Host has joined. We've let them know you're here."), "waiting_room"),
    (
        "waiting room around the call's bar",
        IN_CALL + room("The host will admit you when they're ready"),
        "waiting_room",
    ),
    (
        "waiting room with a nasty title",
        room("Host has joined. We've let them know you\u2019re here.", topic=EVERYTHING),
        "waiting_room",
    ),
    (
        "waiting room that is not shown",
        IN_CALL + f'<div style="display:none">{room("The host will let you in soon")}</div>',
        "call",
    ),
    (
        "waiting room that is faded out",
        IN_CALL + f'<div style="opacity:0">{room("The host will let you in soon")}</div>',
        "call",
    ),
    (
        "host late",
        room("Waiting for the host to start the meeting.", classes="waiting-room-container"),
        "host_not_started",
    ),
    (
        "webinar late",
        room("Please wait. The webinar will begin soon", classes="waiting-room-container"),
        "host_not_started",
    ),
    (
        "words of a waiting room",
        "<h2>Please wait, the meeting host will let you in soon.</h2>",
        "waiting_room_words",
    ),
    (
        "words of a late host",
        "<p>Please wait for the host to start this webinar</p>",
        "host_not_started_words",
    ),
    ("connecting", ALONE_BEHIND + dialog("Connecting", "It may take a few moments."), "connecting"),
    (
        "ended",
        IN_CALL + dialog("This meeting has been ended by host", label="Meeting is end now"),
        "meeting_over",
    ),
    (
        "free meeting",
        IN_CALL + dialog("This free Zoom meeting has ended", "Thank you for choosing Zoom!", box="zm-modal2"),
        "meeting_over",
    ),
    (
        "ended for another",
        IN_CALL + dialog("This meeting has ended as someone has started a new meeting with this account"),
        "meeting_over",
    ),
    (
        "removed",
        IN_CALL + dialog("You have been removed", "You have been removed from this meeting by the host."),
        "removed",
    ),
    (
        "removed, in a recording's dressing",
        IN_CALL + f"<style>[role=dialog] {{opacity: 0 !important}}</style>{dialog('You have been removed')}",
        "removed",
    ),
    (
        "removed before",
        ALONE_BEHIND
        + dialog(
            "Leave meeting",
            "You are unable to rejoin this meeting because you were previously removed by the host",
        ),
        "removed_before",
    ),
    (
        "locked",
        ALONE_BEHIND + dialog("Unable to join this meeting", "Host has locked this meeting."),
        "meeting_locked",
    ),
    (
        "full",
        ALONE_BEHIND
        + dialog(
            "The meeting is at the host's allowed capacity",
            "This meeting has reached the maximum number of attendees allowed.",
        ),
        "meeting_full",
    ),
    (
        "not started",
        ALONE_BEHIND
        + dialog(
            "Joining Meeting Timeout or Browser restriction",
            "Meeting has not started <span class='dialog-reconnect-container__errorcode'>3008</span>",
            box="dialog-reconnect-container",
        ),
        "not_started",
    ),
    (
        "no words, a code alone",
        ALONE_BEHIND
        + dialog(
            "Joining Meeting Timeout or Browser restriction",
            "<span class='dialog-reconnect-container__errorcode'>3034</span>",
            box="dialog-reconnect-container",
        ),
        "sign_in_required",
    ),
    (
        "refused without a reason",
        ALONE_BEHIND
        + dialog("Joining Meeting Timeout or Browser restriction", "Fail to join the meeting. Error Code:1"),
        "refused",
    ),
    ("client blocked", form() + dialog("Unable to join meeting", "Error code: 1132"), "client_blocked"),
    (
        "bot wall",
        form(
            more='<div class="preview-reCaptcha-error__message">Automated bots aren\u2019t allowed to join this meeting.</div>'
        )
        + dialog(
            "Sign in to join",
            "We detected you may be a bot. Automated bots aren't allowed to join this meeting or webinar.",
            box="zm-modal new-modal-style",
        ),
        "bot_wall",
    ),
    (
        "bot wall in the form alone",
        form(
            more='<div class="preview-reCaptcha-error__message">Automated bots aren\'t allowed to join.</div>'
        ),
        "bot_wall",
    ),
    (
        "bot wall in a closed root",
        form()
        + "<div id=h></div><script>document.getElementById('h').attachShadow({mode: 'closed'}).innerHTML ="
        "'<div><h2>Sign in to join</h2><p>We detected you may be a bot.</p></div>'</script>",
        "bot_wall_in_shadow",
    ),
    (
        "invisible captcha failed",
        form(
            more='<div class="preview-reCaptcha-error"><div>You failed the reCAPTCHA verification.</div></div>'
        ),
        "captcha_failed",
    ),
    (
        "invisible captcha's badge",
        form(
            more='<div class="grecaptcha-badge"><iframe src="https://www.google.com/recaptcha/api2/anchor?size=invisible"'
            ' width="256" height="60"></iframe></div><p class="recaptcha_tos">Zoom is protected by reCAPTCHA</p>'
        ),
        "join_form",
    ),
    (
        "Google's captcha",
        form(
            more='<iframe src="https://www.google.com/recaptcha/api2/anchor?size=normal" width="300" height="80"></iframe>'
        ),
        "captcha",
    ),
    (
        "picture captcha",
        form(
            more='<div class="CaptchaContainer"><label>Type the characters you see</label><input class="captcha_code_input"></div>'
        ),
        "captcha",
    ),
    (
        "picture captcha that is not asked for",
        form(
            more='<div class="CaptchaContainer" style="display:none"><input class="captcha_code_input"></div>'
        ),
        "join_form",
    ),
    ("sign in asked", '<div id="prompt">Sign in to join this meeting</div>' + form(), "sign_in_required"),
    (
        "sign in asked on a page",
        (
            "<div>The host requires authentication on the commercial Zoom platform to join this meeting. "
            "Please <a>sign in</a></div>"
        ),
        "sign_in_required",
    ),
    ("registration", "<p>Registered meetings are not supported at the moment</p>", "registration_required"),
    (
        "web client off",
        "<p>The Zoom Meetings Web Client is blocked by your organizational policy</p>",
        "web_client_blocked",
    ),
    (
        "other device",
        form()
        + dialog("Unable to join this meeting", "You've already joined this meeting on another device."),
        "joined_elsewhere",
    ),
    (
        "no such meeting",
        "<title>Error - Zoom</title><h4>This meeting link is invalid (3,001)</h4>",
        "error_page",
    ),
    ("some error", "<title>Error - Zoom</title><h4>Something is wrong (1,234)</h4>", "other_error_page"),
    (
        "device prompt",
        '<div class="pepc-permission-dialog">Use microphone and camera</div>' + form(),
        "device_prompt",
    ),
    ("launch page", "<h1>Ready?</h1><button>Launch Meeting</button>", "launch_page"),
    ("nothing", "<p>Loading</p>", "unknown"),
)


async def test_each_screen_is_told_by_what_it_shows(visit):
    """Every screen is recognised for what it is, and nobody's words make it another."""
    pages = {f"wc/{number}/": html for number, (_, html, _) in enumerate(PAGES)}
    async with visit(pages) as one:
        found = []
        for number, (name, _, _) in enumerate(PAGES):
            await one.page.goto(f"https://app.zoom.us/wc/{number}/join")
            seen = recognise(SCREENS, await look(one.page, evidence_queries(SCREENS), is_client_frame))
            found.append((name, seen.screen, seen.evidence))
    wrong = [
        (*shown, wanted) for shown, (_, _, wanted) in zip(found, PAGES, strict=True) if shown[1] != wanted
    ]
    assert wrong == []
