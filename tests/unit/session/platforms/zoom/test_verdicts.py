"""What a look at Zoom's page means depends on what was seen and done before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import Observation, ScreenKind
from roomtone.session.platforms.zoom.answers import refusal_of
from roomtone.session.platforms.zoom.attempts import Attempts
from roomtone.session.platforms.zoom.screens import SCREENS
from roomtone.session.platforms.zoom.verdicts import Verdicts

URL = "https://app.zoom.us/wc/81234567890/join?pwd=x"
FORM = Observation("join_form", ScreenKind.ASKS, EndReason.JOIN_IGNORED, "no reaction")
WRONG = Observation("passcode_wrong", ScreenKind.ASKS, EndReason.PASSCODE_WRONG)
CALL = Observation("call", ScreenKind.CALL)
LOBBY = Observation("waiting_room", ScreenKind.LOBBY)
NOTHING = Observation("unknown")
ENDED = Observation("meeting_over", ScreenKind.OVER, EndReason.MEETING_ENDED, "over")
REMOVED = Observation("removed", ScreenKind.OVER, EndReason.REMOVED_BY_HOST, "removed")
PASSCODE = {"passcode_box"}


class Stay:
    """One stay's verdicts, a look a second."""

    def __init__(self, *passcodes: str) -> None:
        self.attempts = Attempts(passcodes)
        self.verdicts = Verdicts(self.attempts)
        self.now_s = 0.0

    def sees(self, seen, present=(), url=URL, refusal=None, after_s=1.0) -> Observation:
        """A look, so long after the last one, finds this."""
        self.now_s += after_s
        return self.verdicts.judge(seen, present, self.now_s, url, refusal)

    def joins(self) -> None:
        """The driver fills the form in and presses Join."""
        self.attempts.filled_s = self.attempts.filled_s or self.now_s
        self.attempts.joined_s = self.now_s
        self.attempts.is_typed = True


def test_words_of_the_end_depend_on_whether_the_bot_was_in():
    """A meeting that is over before the bot came is told from one that ended, also in the waiting room."""
    assert Stay().sees(ENDED).end_reason is EndReason.MEETING_OVER
    waiting = Stay()
    waiting.sees(LOBBY)
    assert waiting.sees(ENDED).end_reason is EndReason.MEETING_ENDED
    inside = Stay()
    inside.sees(CALL)
    inside.sees(CALL)
    assert inside.sees(ENDED).end_reason is EndReason.MEETING_ENDED
    assert inside.sees(REMOVED).end_reason is EndReason.REMOVED_BY_HOST
    assert waiting.sees(REMOVED).end_reason is EndReason.ENTRY_DENIED


def test_a_timeout_of_the_network_depends_on_it_too():
    """Words that may mean a blocked browser can only mean the network once the bot had come so far."""
    timed_out = Observation("timed_out", ScreenKind.OVER, EndReason.WEB_CLIENT_BLOCKED)
    assert Stay().sees(timed_out).end_reason is EndReason.WEB_CLIENT_BLOCKED
    for first in (CALL, LOBBY):
        stay = Stay()
        stay.sees(first)
        stay.sees(first)
        assert stay.sees(timed_out).end_reason is EndReason.CONNECTION_LOST


def test_no_way_back_is_a_lost_connection():
    """What is said to a client that connects again does not say why the first meeting ended."""
    stay = Stay()
    stay.sees(CALL)
    stay.sees(CALL)
    not_started = Observation("not_started", ScreenKind.OVER, EndReason.MEETING_NOT_STARTED, "3008")
    assert stay.sees(not_started).end_reason is EndReason.CONNECTION_LOST


def test_an_end_that_the_client_itself_does_not_know_of_has_to_stand():
    """A dialog may be somebody's message; the client's own messages are the second witness."""
    stay = Stay()
    stay.sees(CALL)
    stay.sees(CALL)
    assert not stay.sees(ENDED).patience_s
    doubted = stay.verdicts.judge(ENDED, (), stay.now_s, URL, None, is_heard_inside=True)
    assert doubted.patience_s == 10.0


def test_a_call_seen_once_is_no_stay():
    """The call's view may flash on the way to a refusal."""
    stay = Stay()
    stay.sees(CALL)
    assert stay.sees(REMOVED).end_reason is EndReason.ENTRY_DENIED


def test_every_passcode_is_tried_once_and_then_it_is_wrong():
    """A complaint after Join brings the next passcode; after the last it is the end."""
    stay = Stay("plain", "hash.1", "hash")
    for typed in ("plain", "hash.1", "hash"):
        assert stay.sees(FORM, PASSCODE).kind is ScreenKind.ASKS
        assert stay.attempts.passcode == typed
        stay.joins()
        seen = stay.sees(WRONG, PASSCODE)
    assert (seen.kind, seen.end_reason) == (ScreenKind.OVER, EndReason.PASSCODE_WRONG)
    assert "3 tried" in seen.detail


def test_a_complaint_that_stands_from_before_counts_once():
    """Between two presses of Join one complaint refuses one passcode, however long it stands."""
    stay = Stay("plain", "hash")
    stay.joins()
    for _ in range(5):
        seen = stay.sees(WRONG, PASSCODE)
        assert (seen.kind, stay.attempts.passcode) == (ScreenKind.ASKS, "hash")
    stay.joins()
    assert stay.sees(WRONG, PASSCODE, after_s=0.2).kind is ScreenKind.ASKS


def test_each_passcode_has_its_own_patience():
    """The machine's patience with a form begins anew with each passcode: the screen has another name."""
    stay = Stay("plain", "hash")
    first = stay.sees(FORM, PASSCODE).screen
    stay.joins()
    assert stay.sees(WRONG, PASSCODE).screen != first


def test_the_servers_answer_refuses_a_passcode_too():
    """A build that says nothing about a wrong passcode is understood by the server's answer."""
    stay = Stay("plain")
    stay.joins()
    seen = stay.sees(FORM, PASSCODE, refusal=refusal_of(3004, 1.0))
    assert seen.end_reason is EndReason.PASSCODE_WRONG


def test_a_box_that_comes_with_the_refusal_takes_the_first_passcode():
    """The link's own passcode was refused while the form asked for none: what is known is typed after all."""
    stay = Stay("plain", "hash.1")
    stay.joins()
    stay.attempts.is_typed = False
    assert stay.sees(WRONG, PASSCODE, refusal=refusal_of(3004, 1.0)).kind is ScreenKind.ASKS
    assert stay.attempts.passcode == "plain"


def test_a_form_that_asks_for_a_passcode_that_nobody_has():
    """It ends as a missing passcode, after a moment in which the box may still go away."""
    stay = Stay()
    assert stay.sees(FORM, PASSCODE).kind is ScreenKind.ASKS
    assert stay.sees(FORM, ()).kind is ScreenKind.ASKS
    for _ in range(3):
        seen = stay.sees(FORM, PASSCODE)
    assert seen.end_reason is EndReason.PASSCODE_MISSING


def test_join_that_stays_disabled_is_the_bot_wall():
    """With the form filled in, 15 seconds of a Join that cannot be pressed are the wall's symptom, not before."""
    stay = Stay()
    for _ in range(30):
        assert stay.sees(FORM, {"join_disabled"}).kind is ScreenKind.ASKS  # nothing has been typed yet
    stay.attempts.filled_s = stay.now_s
    seconds = 0
    while (seen := stay.sees(FORM, {"join_disabled"})).kind is ScreenKind.ASKS:
        seconds += 1
    assert seen.end_reason is EndReason.BOT_DETECTED
    assert 14 <= seconds <= 16


def test_a_page_that_was_silent_has_its_time_to_show_what_became_of_the_form():
    """Nothing lasts while the page answers no look: not the wall's symptom, nor a box that was there before."""
    wall, box = Stay(), Stay()
    for stay, present in ((wall, {"join_disabled"}), (box, PASSCODE)):
        stay.joins()
        assert stay.sees(FORM, present).kind is ScreenKind.ASKS
        stay.now_s += 0.5
        for _ in range(5):
            stay.verdicts.unanswered(stay.now_s)
            stay.now_s += 3.0
        assert stay.sees(FORM, present).kind is ScreenKind.ASKS
    assert box.sees(FORM, PASSCODE, after_s=2.0).end_reason is EndReason.PASSCODE_MISSING
    assert wall.sees(FORM, {"join_disabled"}, after_s=12.0).kind is ScreenKind.ASKS
    assert wall.sees(FORM, {"join_disabled"}, after_s=3.0).end_reason is EndReason.BOT_DETECTED


def test_a_form_that_waits_for_an_address():
    """A webinar's form that stays disabled for want of an e-mail address says so."""
    stay = Stay()
    stay.attempts.filled_s = 0.0
    stay.attempts.has_email = False
    reasons = {stay.sees(FORM, {"join_disabled", "email_box"}).end_reason for _ in range(8)}
    assert EndReason.REGISTRATION_REQUIRED in reasons


def test_a_request_that_is_on_its_way_is_waited_for():
    """A form whose request is not answered ignores nobody; after a slow answer it has its time anew."""
    stay = Stay()
    stay.joins()
    first = stay.sees(FORM).screen
    stay.attempts.is_pending = True
    for _ in range(30):
        assert stay.sees(FORM, {"join_disabled"}).kind is ScreenKind.PASSES
    stay.attempts.is_pending = False
    after = stay.sees(FORM)
    assert (after.kind, after.screen != first) == (ScreenKind.ASKS, True)
    stay.attempts.is_pending = True
    for _ in range(62):
        seen = stay.sees(FORM)
    assert (seen.kind, seen.end_reason) == (ScreenKind.OVER, EndReason.JOIN_TIMEOUT)


def test_what_the_server_refused_is_told_when_the_page_says_nothing():
    """A silent refusal ends the stay by the code of the server's answer; a page that speaks is heard first."""
    stay = Stay()
    refusal = refusal_of(3034, 1.0)
    assert stay.sees(FORM, refusal=refusal).kind is ScreenKind.ASKS
    for _ in range(4):
        seen = stay.sees(FORM, refusal=refusal)
    assert (seen.end_reason, "3034" in seen.detail) == (EndReason.SIGN_IN_REQUIRED, True)


def test_the_servers_answer_ends_nothing_in_the_meeting():
    """An old refusal means nothing in the call or in the waiting room."""
    stay = Stay()
    for seen in [CALL, LOBBY] * 10:
        assert stay.sees(seen, refusal=refusal_of(3034, 1.0)) == seen


def test_a_page_that_led_away_from_the_meeting():
    """After the call, another page without a word is the meeting's end, not a lost connection."""
    stay = Stay()
    stay.sees(CALL)
    stay.sees(CALL)
    away = "https://zoom.us/"
    assert stay.sees(NOTHING).kind is ScreenKind.UNKNOWN
    for _ in range(6):
        seen = stay.sees(NOTHING, url=away)
    assert seen.end_reason is EndReason.MEETING_ENDED
    after = next(one for one in SCREENS if one.name == "after_meeting")
    told = Observation(after.name, after.kind, after.end_reason, patience_s=1.0)
    assert stay.sees(told).end_reason is EndReason.MEETING_ENDED
    assert Stay().sees(told).end_reason is EndReason.SIGN_IN_REQUIRED


def test_a_page_that_led_away_from_the_waiting_room():
    """Who waits and is shown out without a word was not let in."""
    stay = Stay()
    stay.sees(LOBBY)
    assert stay.sees(NOTHING).kind is ScreenKind.UNKNOWN
    for _ in range(6):
        seen = stay.sees(NOTHING, url="https://zoom.us/")
    assert seen.end_reason is EndReason.ENTRY_DENIED


SEEN = st.sampled_from([FORM, WRONG, CALL, LOBBY, NOTHING, replace(NOTHING, kind=ScreenKind.PASSES)])


@given(
    st.lists(
        st.tuples(
            SEEN,
            st.sets(st.sampled_from(["join_disabled", "passcode_box", "email_box"])),
            st.sampled_from([None, 3001, 3004, 9516]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_what_the_table_calls_a_call_or_a_lobby_stays_one(looks):
    """Whatever came before, no verdict takes a call or a waiting room for something else, and each end has a reason."""
    stay = Stay("one", "two")
    for seen, present, code, presses in looks:
        judged = stay.sees(seen, present, refusal=refusal_of(code, stay.now_s) if code else None)
        if seen.kind in {ScreenKind.CALL, ScreenKind.LOBBY}:
            assert judged == seen
        assert judged.kind is not ScreenKind.OVER or judged.end_reason is not None
        if presses:
            stay.joins()
