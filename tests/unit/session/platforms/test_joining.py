"""The joining machine in scripted dialogues: what is seen and heard, and what it says to that."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import Observation, ScreenKind, StayFact, StayNews
from roomtone.session.platforms.joining import (
    Act,
    Command,
    End,
    Handled,
    JoiningMachine,
    JoinLimits,
    Looked,
    LookFailed,
    ReportAdmitted,
    ReportWaiting,
    Sensed,
)
from roomtone.session.platforms.screens import UNKNOWN

FORM = Observation("form", ScreenKind.ASKS, evidence=("name",))
LOBBY = Observation("lobby", ScreenKind.LOBBY, evidence=("wait",))
CALL = Observation("call", ScreenKind.CALL, evidence=("leave", "tiles"))
CONNECTING = Observation("connecting", ScreenKind.PASSES)
THIN_CALL = Observation("call", ScreenKind.CALL, evidence=("leave",))
DENIED = Observation("denied", ScreenKind.OVER, EndReason.ENTRY_DENIED, "not let in")
LIMITS = JoinLimits(waiting_room_s=600)
LOOK_S = 2.0
"""After which a look without an answer is given up."""


class Dialogue:
    """One machine, and words to talk to it with; time only moves when told to."""

    def __init__(self, limits: JoinLimits = LIMITS) -> None:
        self.machine = JoiningMachine(limits, opened_s=0.0)
        self.now_s = 0.0

    def at(self, at_s: float) -> Dialogue:
        """It is this time now."""
        self.now_s = at_s
        return self

    def sees(self, observation: Observation) -> list[Command]:
        """The page shows this."""
        return self.machine.handle(Looked(observation, self.now_s))

    def is_told(self, fact: StayFact) -> list[Command]:
        """The signalling says this."""
        return self.machine.handle(StayNews(fact, self.now_s))

    def senses(self, source: Literal["media", "signalling"]) -> list[Command]:
        """Roster or media arrive."""
        return self.machine.handle(Sensed(source, self.now_s))

    def sees_nothing(self) -> list[Command]:
        """The look ran into its deadline."""
        return self.machine.handle(LookFailed(self.now_s, self.now_s - LOOK_S))

    def handles(self, silent_s: float = 0.0) -> None:
        """Something was done on the page, which at its end had not answered for so long."""
        assert self.machine.handle(Handled(self.now_s, silent_s)) == []

    def keeps_seeing_nothing(self, until_s: float) -> list[Command]:
        """One look after the other runs into its deadline until then; everything said to it."""
        said: list[Command] = []
        while self.now_s < until_s:
            self.now_s += LOOK_S + 0.25
            said += self.sees_nothing()
        return said

    def keeps_seeing(self, observation: Observation, until_s: float) -> list[Command]:
        """The page shows this four times a second until then; everything said to it."""
        said: list[Command] = []
        while self.now_s < until_s:
            self.now_s += 0.25
            said += self.sees(observation)
        return said

    def admitted(self) -> Dialogue:
        """In the meeting at 1 s."""
        self.at(1).is_told(StayFact.ADMITTED)
        assert self.sees(CALL) == [ReportAdmitted(("page", "signalling"))]
        return self


def reasons(commands) -> list[EndReason]:
    """The reasons of the endings among the commands."""
    return [command.reason for command in commands if isinstance(command, End)]


def test_an_open_meeting():
    """Form, signalling, call: the form is filled once and admission reported once."""
    talk = Dialogue()
    assert talk.sees(FORM) == [Act(FORM)]
    assert talk.at(0.25).sees(FORM) == []
    assert talk.at(0.4).is_told(StayFact.ADMITTED) == []
    assert talk.at(0.5).sees(CALL) == [ReportAdmitted(("page", "signalling"))]
    assert talk.machine.is_in_meeting
    assert talk.at(0.75).sees(CALL) == []


def test_a_lobby_before_the_call():
    """The lobby is reported once, then admission."""
    talk = Dialogue()
    talk.sees(FORM)
    assert talk.at(1).is_told(StayFact.WAITING) == [ReportWaiting()]
    assert talk.at(2).sees(LOBBY) == []
    assert talk.at(9).is_told(StayFact.ADMITTED) == []
    assert talk.at(9.1).sees(LOBBY) == []
    assert talk.at(9.3).sees(CALL) == [ReportAdmitted(("page", "signalling"))]


def test_the_page_alone_is_not_believed_at_once():
    """A call view without a second source is believed after a while, and with more than one piece of evidence."""
    talk = Dialogue()
    assert talk.keeps_seeing(CALL, 9.9) == []
    assert talk.keeps_seeing(CALL, 10.5) == [ReportAdmitted(("page",))]
    thin = Dialogue()
    assert thin.keeps_seeing(THIN_CALL, 60) == []


def test_media_is_a_second_source():
    """Without known signalling, arriving media confirms the call view."""
    talk = Dialogue()
    assert talk.sees(CALL) == []
    assert talk.senses("media") == []
    assert talk.at(0.25).sees(CALL) == [ReportAdmitted(("page", "media"))]


def test_signalling_alone_is_not_admission():
    """Told of admission but without the call's view, the bot is not in the meeting."""
    talk = Dialogue()
    talk.is_told(StayFact.ADMITTED)
    talk.senses("media")
    assert talk.keeps_seeing(UNKNOWN, 5) == []
    assert not talk.machine.is_in_meeting


def test_call_controls_flashing_before_the_lobby():
    """A call view that turns into a lobby was none."""
    talk = Dialogue()
    assert talk.sees(CALL) == []
    assert talk.at(0.25).sees(LOBBY) == [ReportWaiting()]
    assert talk.machine.state == "in_lobby"


def test_denied_on_the_page_and_by_signalling():
    """Either way the refusal ends it, and nothing follows."""
    talk = Dialogue()
    talk.sees(LOBBY)
    assert talk.sees(DENIED) == [End(EndReason.ENTRY_DENIED, "not let in")]
    assert talk.sees(CALL) == []
    other = Dialogue()
    other.sees(LOBBY)
    assert reasons(other.is_told(StayFact.DENIED)) == [EndReason.ENTRY_DENIED]


def test_nobody_admits():
    """The waiting room's limit counts from its first sight."""
    talk = Dialogue()
    talk.at(20).sees(LOBBY)
    assert talk.at(619.9).sees(LOBBY) == []
    assert reasons(talk.at(620).sees(LOBBY)) == [EndReason.WAITING_ROOM_TIMEOUT]


def test_a_lobby_that_falls_back_to_the_form():
    """The bot asks again, and the first wait goes on counting."""
    talk = Dialogue()
    talk.sees(FORM)
    talk.at(1).sees(LOBBY)
    assert talk.at(300).sees(FORM) == [Act(FORM)]
    assert talk.at(301).sees(LOBBY) == []
    assert reasons(talk.at(601).sees(LOBBY)) == [EndReason.WAITING_ROOM_TIMEOUT]


def test_a_form_that_stays_is_filled_again():
    """An unchanged screen is acted upon every few seconds, until it has not reacted for too long."""
    talk = Dialogue()
    said = talk.keeps_seeing(FORM, 17)
    assert said == [Act(FORM)] * len(said)
    assert 5 <= len(said) <= 7
    assert reasons(talk.keeps_seeing(FORM, 19)) == [EndReason.JOIN_IGNORED]


def test_a_form_that_never_reacts_ends_for_its_own_reason_and_in_its_own_time():
    """What a screen's standing still means is its platform's to say."""
    stuck = Observation("stuck", ScreenKind.ASKS, EndReason.BOT_DETECTED, "Join stays disabled", ("x",), 10.0)
    talk = Dialogue()
    talk.keeps_seeing(stuck, 9)
    assert talk.at(11).sees(stuck) == [End(EndReason.BOT_DETECTED, "Join stays disabled")]


def test_a_form_that_reacts_has_its_time_again():
    """Who was in the lobby in between was not ignored."""
    talk = Dialogue()
    talk.keeps_seeing(FORM, 15)
    talk.at(16).sees(LOBBY)
    assert talk.at(40).sees(FORM) == [Act(FORM)]
    assert talk.at(50).sees(FORM) == [Act(FORM)]


def test_a_lobby_ends_for_the_reason_of_what_is_waited_for():
    """A host who never comes is told apart from a host who never admits."""
    not_started = Observation("host", ScreenKind.LOBBY, EndReason.MEETING_NOT_STARTED, "no host")
    talk = Dialogue()
    talk.at(1).sees(not_started)
    assert reasons(talk.at(602).sees(not_started)) == [EndReason.MEETING_NOT_STARTED]


def test_an_ending_that_may_go_away_is_given_its_time():
    """An ending with patience is believed only after it stood there for that long without a break."""
    error = Observation("error", ScreenKind.OVER, EndReason.MEETING_NOT_FOUND, "no such", ("x",), 5.0)
    talk = Dialogue()
    assert talk.at(1).sees(error) == []
    assert talk.at(5).sees(FORM) == [Act(FORM)]
    assert talk.at(6).sees(error) == []
    assert talk.at(10).sees(error) == []
    assert reasons(talk.at(11).sees(error)) == [EndReason.MEETING_NOT_FOUND]


def test_signalling_may_give_the_reason():
    """What the platform answered to the request to join ends the stay for that very reason."""
    talk = Dialogue()
    talk.at(1).sees(FORM)
    news = StayNews(StayFact.OVER, 2.0, EndReason.MEETING_LOCKED, "the platform answered 12")
    assert talk.machine.handle(news) == [End(EndReason.MEETING_LOCKED, "the platform answered 12")]


def test_an_unknown_screen():
    """A page that shows nothing known is given up, but not at once."""
    talk = Dialogue()
    assert talk.keeps_seeing(UNKNOWN, 29) == []
    assert reasons(talk.keeps_seeing(UNKNOWN, 31)) == [EndReason.JOIN_TIMEOUT]


def test_a_call_view_that_goes_away_unconfirmed():
    """A call view that is replaced by something unknown ends as a way in that was not found."""
    talk = Dialogue()
    talk.sees(CALL)
    assert reasons(talk.keeps_seeing(UNKNOWN, 31)) == [EndReason.JOIN_TIMEOUT]


def test_a_page_that_never_answers():
    """Looks that all fail end the way in within a bound; an answer in between resets it."""
    talk = Dialogue()
    assert talk.at(16.5).sees_nothing() == []
    talk.at(17).sees(FORM)
    assert talk.at(33.5).sees_nothing() == []
    assert reasons(talk.at(34).sees_nothing()) == [EndReason.PAGE_UNRESPONSIVE]


def test_a_page_that_freezes_under_the_press_is_no_form_that_ignores_it():
    """It is told as a page that does not answer, within the bound for that."""
    talk = Dialogue()
    talk.keeps_seeing(FORM, 3)
    assert talk.keeps_seeing_nothing(18) == []
    assert reasons(talk.keeps_seeing_nothing(21)) == [EndReason.PAGE_UNRESPONSIVE]


def test_a_page_that_was_busy_with_the_press_has_its_time_to_react():
    """The first look after long silence shows the old form; that is no proof that it was ignored."""
    talk = Dialogue()
    talk.keeps_seeing(FORM, 2)
    assert talk.keeps_seeing_nothing(17) == []
    assert reasons(talk.keeps_seeing(FORM, 31)) == []
    assert talk.at(31.5).sees(LOBBY) == [ReportWaiting()]


def test_a_form_that_ignores_is_told_in_the_time_in_which_the_page_answered():
    """Silence in between defers the end by as much, and no more."""
    talk = Dialogue()
    talk.keeps_seeing(FORM, 2)
    silent_s = talk.now_s
    assert talk.keeps_seeing_nothing(10) == []
    silent_s = talk.now_s - silent_s
    assert reasons(talk.keeps_seeing(FORM, 17.5 + silent_s)) == []
    assert reasons(talk.keeps_seeing(FORM, 18.8 + silent_s)) == [EndReason.JOIN_IGNORED]


def test_a_page_that_answers_now_and_then_does_not_count_as_one_that_answers():
    """Looks that fail again and again on one screen end it as what it is, soon."""
    talk = Dialogue()
    said = talk.sees(FORM)
    while not reasons(said):
        said = [*talk.keeps_seeing_nothing(talk.now_s + 2), *talk.at(talk.now_s + 0.5).sees(FORM)]
        assert talk.now_s < 36
    assert reasons(said) == [EndReason.PAGE_UNRESPONSIVE]


def test_a_page_that_answers_looks_alone_does_not_count_as_one_that_answers():
    """Between two looks that happen to be answered all that is tried on the page fails: it is told as silent."""
    talk = Dialogue()
    said = talk.sees(FORM)
    while not reasons(said):
        talk.at(talk.now_s + 3).handles(silent_s=2)
        talk.at(talk.now_s + 2).handles(silent_s=2)
        said = talk.at(talk.now_s + 1).sees(FORM)
        assert talk.now_s < 36
    assert reasons(said) == [EndReason.PAGE_UNRESPONSIVE]


def test_a_page_that_answers_what_is_done_is_not_silent_meanwhile():
    """Typing takes its time; a page that freezes under the press at the end of it has its bound from there."""
    talk = Dialogue()
    talk.sees(FORM)
    talk.at(4).handles()
    talk.at(8).handles(silent_s=2)
    assert talk.at(21.9).sees_nothing() == []
    assert reasons(talk.at(24.1).sees_nothing()) == [EndReason.PAGE_UNRESPONSIVE]


def test_silences_of_a_long_way_in_are_not_summed_up_over_screens():
    """What was silent before the page moved on has been made good for."""
    talk = Dialogue()
    for _ in range(5):
        assert reasons(talk.sees(FORM)) == []
        assert reasons(talk.keeps_seeing_nothing(talk.now_s + 9)) == []
        assert reasons(talk.sees(LOBBY)) == []


def test_a_busy_page_in_the_meeting_has_more_time():
    """In the meeting a page may be silent for longer before the stay ends."""
    talk = Dialogue().admitted()
    assert talk.at(30).sees_nothing() == []
    assert reasons(talk.at(31).sees_nothing()) == [EndReason.PAGE_UNRESPONSIVE]


def test_removed_and_ended():
    """Signalling that ends the stay ends it at once, each with its reason."""
    assert reasons(Dialogue().admitted().is_told(StayFact.REMOVED)) == [EndReason.REMOVED_BY_HOST]
    assert reasons(Dialogue().admitted().is_told(StayFact.ENDED)) == [EndReason.MEETING_ENDED]


def test_a_lost_connection():
    """A signalling connection that does not come back ends the stay; one that does changes nothing."""
    talk = Dialogue().admitted()
    talk.at(10).is_told(StayFact.DISCONNECTED)
    talk.at(12).is_told(StayFact.DISCONNECTED)
    assert talk.at(24).sees(CALL) == []
    assert reasons(talk.at(25).sees(CALL)) == [EndReason.CONNECTION_LOST]
    back = Dialogue().admitted()
    back.at(10).is_told(StayFact.DISCONNECTED)
    back.at(20).is_told(StayFact.ADMITTED)
    assert back.at(60).sees(CALL) == []


def test_lost_media():
    """Media connections that are all lost for long end the stay; one that comes back in time changes nothing."""
    talk = Dialogue().admitted()
    talk.at(10).is_told(StayFact.MEDIA_LOST)
    talk.at(20).is_told(StayFact.MEDIA_LOST)
    assert talk.at(29).sees(CALL) == []
    assert reasons(talk.at(30).sees(CALL)) == [EndReason.CONNECTION_LOST]
    back = Dialogue().admitted()
    back.at(10).is_told(StayFact.MEDIA_LOST)
    back.at(20).is_told(StayFact.MEDIA_BACK)
    assert back.at(60).sees(CALL) == []


def test_a_view_that_goes_while_media_flows():
    """A call whose view is no longer recognised goes on while media arrives, and ends when that stops too."""
    talk = Dialogue().admitted()
    for second in range(2, 100):
        talk.at(second).senses("media")
        assert talk.sees(UNKNOWN) == []
    assert talk.at(113).sees(UNKNOWN) == []
    assert reasons(talk.at(114).sees(UNKNOWN)) == [EndReason.CONNECTION_LOST]


def test_a_page_loaded_again_is_joined_again():
    """The form in mid-meeting is filled once more; the way back in has its time, and its end says what was lost."""
    talk = Dialogue().admitted()
    assert talk.at(50).sees(FORM) == [Act(FORM)]
    assert not talk.machine.is_in_meeting
    assert talk.at(51).sees(CALL) == []
    talk.is_told(StayFact.ADMITTED)
    assert talk.at(51.5).sees(CALL) == [ReportAdmitted(("page", "signalling"), again=True)]
    assert talk.at(60).sees(FORM) == [Act(FORM)]
    talk.keeps_seeing(FORM, 77)
    assert reasons(talk.keeps_seeing(FORM, 79)) == [EndReason.CONNECTION_LOST]


def test_back_into_the_lobby_and_in_again():
    """Put back into the lobby, the bot waits anew, and its return is told apart from the first admission."""
    talk = Dialogue().admitted()
    assert talk.at(50).sees(LOBBY) == [ReportWaiting(again=True)]
    assert not talk.machine.is_in_meeting
    assert talk.at(60).sees(LOBBY) == []
    talk.at(70).is_told(StayFact.ADMITTED)
    assert talk.sees(CALL) == [ReportAdmitted(("page", "signalling"), again=True)]
    talk.at(80).sees(LOBBY)
    assert reasons(talk.at(680).sees(LOBBY)) == [EndReason.WAITING_ROOM_TIMEOUT]


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.one_of(
            st.sampled_from([FORM, LOBBY, CALL, THIN_CALL, CONNECTING, DENIED, UNKNOWN]),
            st.sampled_from([fact for fact in StayFact if fact is not StayFact.OVER]),
            st.sampled_from(["media", "signalling", "failed"]),
        ),
    ),
    max_size=60,
)


def test_what_goes_on_by_itself_is_neither_in_nor_out():
    """Connecting is waited for on the way in, is no call, and has a limit."""
    talk = Dialogue()
    talk.at(1).sees(FORM)
    for second in range(2, 85):
        assert talk.at(second).sees(CONNECTING) == []
    (end,) = talk.at(91).sees(CONNECTING)
    assert isinstance(end, End)
    assert end.reason is EndReason.JOIN_TIMEOUT


def test_connecting_after_a_long_lobby_has_the_time_of_a_way_in():
    """Who is admitted late is not late: the way from the lobby to the call has its own limit."""
    talk = Dialogue()
    talk.at(1).sees(LOBBY)
    talk.at(500).sees(LOBBY)
    assert talk.at(501).sees(CALL) == []
    assert talk.at(501.5).sees(CONNECTING) == []
    assert talk.at(560).sees(CONNECTING) == []
    talk.at(561).sees(CALL)
    talk.is_told(StayFact.ADMITTED)
    assert talk.at(562).sees(CALL) == [ReportAdmitted(("page", "signalling"))]


def test_connecting_again_in_the_meeting_has_more_time_than_a_lost_view():
    """A client that says that it connects again is given a minute; a view that goes without a word is not."""
    talk = Dialogue().admitted()
    start_s = talk.now_s
    assert talk.at(start_s + 50).sees(CONNECTING) == []
    assert talk.at(start_s + 55).sees(CALL) == []
    talk.is_told(StayFact.DISCONNECTED)
    assert talk.at(start_s + 100).sees(CONNECTING) == []
    (end,) = talk.at(start_s + 116).sees(CONNECTING)
    assert isinstance(end, End)
    assert end.reason is EndReason.CONNECTION_LOST


@given(EVENTS)
def test_whatever_happens_the_reports_make_sense(steps):
    """Admission is only ever reported while the page shows the call, endings come once and last."""
    talk = Dialogue()
    said: list[object] = []
    for pause_s, what in steps:
        talk.now_s += pause_s
        if isinstance(what, Observation):
            commands = talk.sees(what)
        elif isinstance(what, StayFact):
            commands = talk.is_told(what)
        elif what == "failed":
            commands = talk.sees_nothing()
        else:
            commands = talk.senses(what)
        for command in commands:
            assert not any(isinstance(earlier, End) for earlier in said)
            if isinstance(command, ReportAdmitted):
                assert what in (CALL, THIN_CALL)
                assert len(command.sources) > 1 or what == CALL
                first = not any(isinstance(earlier, ReportAdmitted) for earlier in said)
                assert command.again is not first
            if isinstance(command, Act):
                assert what == FORM
            said.append(command)


@given(st.lists(st.sampled_from([FORM, LOBBY, CONNECTING, UNKNOWN, "failed"]), min_size=1))
def test_the_way_in_always_ends(cycle):
    """However the screens alternate, a bot that is never let in gives up within a bound."""
    talk = Dialogue(JoinLimits(waiting_room_s=60))
    index = 0
    while talk.machine.state != "over":
        talk.now_s += 0.5
        what = cycle[index % len(cycle)]
        index += 1
        if what == "failed":
            talk.sees_nothing()
        else:
            talk.sees(what)
        assert talk.now_s < 60 + 90 + 90 + 5
