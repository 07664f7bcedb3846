"""Why Zoom does not let a bot in, or ends its stay: what its dialogs, forms and pages say, as a table."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.zoom.saying import Saying

_MEETING = "(meeting|webinar|conference)"
TIMED_OUT = "timed_out"
"""Zoom cannot be reached any more, or was never to be."""

REFUSALS: tuple[Saying, ...] = (
    Saying(
        "bot_wall",
        EndReason.BOT_DETECTED,
        "Zoom says that automated bots are not allowed to join (RTMS is required)",
        words=("we detected you may be a bot", "automated bots aren't allowed to join"),
        codes=(9516,),
        inline=True,
        shadow=True,
        page=True,
        priority=100,
    ),
    Saying(
        "captcha_failed",
        EndReason.CAPTCHA_REQUIRED,
        "Zoom's invisible captcha did not take the bot for a person",
        words=("you failed the recaptcha verification", "you be limit by zoom, need to check recaptcha"),
        codes=(9515,),
        inline=True,
        shadow=True,
        priority=95,
        patience_s=1.0,
    ),
    Saying(
        "sign_in_required",
        EndReason.SIGN_IN_REQUIRED,
        "Zoom lets only people who are signed in join this meeting",
        words=(
            rf"sign in to join( this {_MEETING})?",
            "the host requires authentication",
            "authentication (is )?required",
            "authentication failed",
            "only authenticated users can join",
            "please contact the meeting host to allow unauthenticated users",
            f"you are unable to join this {_MEETING} because the host requires zoom for government",
            f"this {_MEETING} is for (authorized|authenticated) (attendees|participants|users) only",
        ),
        codes=(3034, 3051, 6024, 3082),
        inline=True,
        shadow=True,
        page=True,
        # The dialog of the bot wall has the same title; its text may come a moment later.
        patience_s=1.0,
    ),
    Saying(
        "registration_required",
        EndReason.REGISTRATION_REQUIRED,
        "Zoom asks for registration",
        words=(
            f"registered {_MEETING}s are not supported",
            f"this {_MEETING} requires registration",
            "not support registration",
            "check registration info failed",
            f"{_MEETING} registration$",
            f"registration is required( for this {_MEETING})?",
            f"please register (for|to join) this {_MEETING}",
        ),
        codes=(3099, 3110, 9506, 3005),
        inline=True,
        page=True,
    ),
    Saying(
        "email_required",
        EndReason.REGISTRATION_REQUIRED,
        "Zoom asks for an e-mail address, as webinars do, and a bot has none",
        words=("your e-?mail (address )?cannot be empty", "please enter (a|your) valid e-?mail"),
        codes=(9504,),
        inline=True,
        patience_s=1.0,
    ),
    Saying(
        "removed_before",
        EndReason.REMOVED_BEFORE,
        "Zoom says that a host removed the bot from this meeting before",
        words=(
            f"you are unable to rejoin this {_MEETING}",
            "you were previously removed by the host",
            f"you cannot (re)?join this {_MEETING} (again )?because you (were|have been) removed",
        ),
        codes=(3009, 103039),
        inline=True,
        priority=92,
    ),
    Saying(
        "entry_denied",
        EndReason.ENTRY_DENIED,
        "Zoom says that the host did not let the bot in",
        words=(
            "(the )?host (has )?(denied|declined|rejected)",
            "you (have been|were) denied",
            "your request to join (was|has been) (denied|declined|rejected)",
            "your admin has restricted communication",
        ),
        codes=(103043,),
        inline=True,
    ),
    Saying(
        "meeting_locked",
        EndReason.MEETING_LOCKED,
        "Zoom says that the host has locked the meeting",
        words=(
            f"(the )?host has locked th(is|e) {_MEETING}",
            f"(th(is|e) )?{_MEETING} (has been|is) locked",
            f"you cannot join this {_MEETING} now because the host locked it",
        ),
        codes=(12,),
        inline=True,
        priority=91,
    ),
    Saying(
        "meeting_full",
        EndReason.MEETING_FULL,
        "Zoom says that the meeting is full",
        words=(
            f"{_MEETING} capacity has been reached",
            f"th(is|e) {_MEETING} is at (the host's allowed )?capacity",
            f"(th(is|e) )?{_MEETING} is full",
            f"th(is|e) {_MEETING} has reached",
        ),
        codes=(9,),
        inline=True,
        priority=91,
    ),
    Saying(
        "not_started",
        EndReason.MEETING_NOT_STARTED,
        "Zoom says that the meeting has not started",
        words=(
            f"(this |the )?(audio )?{_MEETING} has(n't| not) (been )?started",
            "the host has another meeting in progress",
        ),
        codes=(3008, 3129, 3000, 3003),
        inline=True,
        page=True,
        priority=91,
        patience_s=1.0,
    ),
    Saying(
        "web_client_blocked",
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom says that this meeting cannot be joined from a browser",
        words=(
            r"the zoom .{0,40}is blocked by your organi[sz]ation(al)?",
            "your organi[sz]ation has disabled access to zoom from the browser",
            "join from (your )?browser (is|has been) disabled",
        ),
        inline=True,
        page=True,
    ),
    # Before the bot was in: the organisation, or the network. After that it can only be the network.
    Saying(
        TIMED_OUT,
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom says that the network timed out, or that the organisation blocks Zoom in browsers",
        words=("your (network )?connection has timed out .{0,300}",),
        in_call=True,
        inline=True,
        page=True,
        priority=93,
    ),
    Saying(
        "client_blocked",
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom blocks this web client (error code 1132)",
        codes=(1132,),
        inline=True,
        page=True,
    ),
    Saying(
        "browser_unsupported",
        EndReason.JOIN_REFUSED,
        "Zoom says that it does not support this browser",
        words=(r"(this|your) browser( version)? is (not|no longer) supported",),
        inline=True,
        page=True,
        patience_s=3.0,
    ),
    Saying(
        "joined_elsewhere",
        EndReason.JOIN_REFUSED,
        "Zoom says that the bot has already joined this meeting on another device",
        words=(f"you've already joined this {_MEETING} on another device",),
        inline=True,
    ),
    Saying(
        "number_wrong",
        EndReason.MEETING_NOT_FOUND,
        "Zoom says that there is no meeting of this number",
        words=(
            f"the {_MEETING} number is (wrong|invalid|not found)",
            f"invalid {_MEETING} (id|number)",
            f"this {_MEETING} link is invalid",
            f"(this |the )?{_MEETING} does not exist",
        ),
        codes=(3001, 3610, 3714),
        inline=True,
    ),
    Saying(
        "removed",
        EndReason.REMOVED_BY_HOST,
        "Zoom says that the bot was removed",
        words=(f"you (have been|were) removed( from (this|the) {_MEETING})?( by (the |a )?(co-?)?host)?",),
        in_call=True,
    ),
    Saying(
        "meeting_over",
        EndReason.MEETING_ENDED,
        "Zoom says that the meeting is over",
        words=(
            (
                f"(this|the|your) {_MEETING} (has |is |was )?(been )?(already )?(ended|end now|over)"
                "( by (the |your |an )?(host|admin|administrator)|"
                " because .{0,80}| as someone .{0,80}| due to .{0,80})?"
            ),
            rf"{_MEETING} is end now",
            f"you cannot join this {_MEETING} now because it is ended",
            rf"(\S+ ){{0,8}}free (zoom )?{_MEETING} has ended",
        ),
        in_call=True,
        codes=(6, 103003),
        inline=True,
        page=True,
    ),
    Saying(
        "refused",
        EndReason.JOIN_REFUSED,
        "Zoom refused",
        words=(
            f"(unable to|failed to|fail to|cannot|can't|could not) join (this |the )?{_MEETING}",
            f"joining {_MEETING} timeout",
            r".{0,40}\berror code\W{0,3}\d+",
        ),
        inline=True,
        page=True,
        priority=80,
        patience_s=1.5,
    ),
)
"""Specific before generic: of equal priority the first in the table counts."""
