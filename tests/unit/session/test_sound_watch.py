"""When it is reported that an unmuted meeting cannot be heard, and how gravely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.sound_watch import NO_SOUND_S, SPEECH_LAG_S, SoundReport, SoundWatch

if TYPE_CHECKING:
    from collections.abc import Callable


def _watch(*, muted: bool | None = False) -> SoundWatch:
    """A watch that began at 0, with the bot and one other participant."""
    watch = SoundWatch()
    watch.participant_joined("bot", -1.0, muted=False, is_self=True)
    watch.participant_joined("ada", -1.0, muted=muted)
    watch.began(0.0)
    return watch


def _looks(watch: SoundWatch, begin_s: int, end_s: int) -> list[tuple[int, SoundReport]]:
    """What is reported when the watch is asked every second."""
    reports = ((second, watch.look(float(second))) for second in range(begin_s, end_s))
    return [(second, report) for second, report in reports if report is not None]


def test_silence_with_somebody_unmuted_is_told_once():
    """The report comes after thirty seconds and is not repeated however long the silence lasts."""
    [(second, report)] = _looks(_watch(), 0, 300)
    assert second == NO_SOUND_S
    assert report.code == "no_sound"


def test_silence_of_muted_people_is_none():
    """Nobody is expected to be heard while everybody is muted, or while only the bot is not."""
    assert _looks(_watch(muted=True), 0, 300) == []


def test_a_roster_that_does_not_say_who_is_muted_proves_nothing():
    """Without a word on microphones and speakers there is nothing to compare the silence with."""
    assert _looks(_watch(muted=None), 0, 300) == []


def test_a_named_speaker_counts_as_unmuted_where_the_roster_does_not_say():
    """Whoever the platform names as speaking has a microphone that is on."""
    watch = _watch(muted=None)
    watch.active_speakers(["ada"], 10.0)
    [(second, report)] = _looks(watch, 0, 300)
    assert (second, report.severity) == (10 + NO_SOUND_S, "warning")


def test_nobody_is_watched_before_the_bot_is_in():
    """On the way in nothing can be heard."""
    watch = SoundWatch()
    watch.participant_joined("ada", 0.0, muted=False)
    assert _looks(watch, 0, 300) == []


def test_the_silence_is_counted_from_unmuting():
    """Thirty seconds of everybody muted are no silence of somebody unmuted."""
    watch = _watch(muted=True)
    watch.participant_joined("ada", 50.0, muted=False)
    assert [second for second, _ in _looks(watch, 0, 300)] == [50 + NO_SOUND_S]


def test_muting_in_between_starts_the_silence_anew():
    """Only an uninterrupted open microphone makes a silence."""
    watch = _watch()
    watch.participant_joined("ada", 20.0, muted=True)
    watch.participant_joined("ada", 25.0, muted=False)
    assert [second for second, _ in _looks(watch, 20, 300)] == [25 + NO_SOUND_S]


def test_any_sound_is_sound():
    """As long as something is heard now and then there is nothing to tell."""
    watch = _watch()
    for second in range(200):
        if second % 25 == 0:
            watch.sound_heard(float(second))
        assert watch.look(float(second)) is None


def test_sound_that_comes_back_is_told_once_and_a_new_silence_again():
    """An episode has an end, and the next one its own beginning."""
    watch = _watch()
    assert len(_looks(watch, 0, 60)) == 1
    watch.sound_heard(60.0)
    [(_, back)] = _looks(watch, 61, 80)
    assert back.code == "sound_is_back"
    assert "60 s" in back.message
    [(second, again)] = _looks(watch, 80, 300)
    assert (second, again.code) == (60 + NO_SOUND_S, "no_sound")


def test_muting_does_not_end_an_episode():
    """That everybody muted themselves does not show that the meeting can be heard."""
    watch = _watch()
    assert len(_looks(watch, 0, 60)) == 1
    watch.participant_joined("ada", 60.0, muted=True)
    watch.participant_joined("ada", 70.0, muted=False)
    assert _looks(watch, 60, 300) == []


def test_silence_without_a_named_speaker_is_a_notice():
    """A platform that tells who speaks and names nobody has a meeting that is only quiet."""
    watch = _watch()
    watch.active_speakers([], 0.0)
    [(_, report)] = _looks(watch, 0, 300)
    assert report.severity == "notice"
    assert "named nobody" in report.message


def test_silence_of_a_named_speaker_is_a_warning():
    """Somebody is said to speak and is not heard: the bot is deaf."""
    watch = _watch()
    watch.active_speakers(["ada"], 12.0)
    [(_, report)] = _looks(watch, 0, 300)
    assert report.severity == "warning"
    assert "somebody spoke" in report.message


def test_silence_where_the_platform_never_names_speakers_is_a_warning():
    """Without that word there is nothing to excuse the silence with, and the message says so."""
    [(_, report)] = _looks(_watch(), 0, 300)
    assert report.severity == "warning"
    assert "does not say" in report.message


def test_a_harmless_silence_becomes_a_warning_when_somebody_speaks_in_it():
    """The notice is followed by one warning, once the sound had its time to come."""
    watch = _watch()
    watch.active_speakers([], 0.0)
    assert [report.severity for _, report in _looks(watch, 0, 90)] == ["notice"]
    watch.active_speakers(["ada"], 90.0)
    [(second, report)] = _looks(watch, 90, 300)
    assert (second, report.severity) == (90 + SPEECH_LAG_S, "warning")


def test_speech_that_is_heard_ends_a_harmless_silence():
    """The platform names a speaker a little before the sound comes; that is no fault."""
    watch = _watch()
    watch.active_speakers([], 0.0)
    assert len(_looks(watch, 0, 90)) == 1
    watch.active_speakers(["ada"], 90.0)
    assert watch.look(90.0) is None
    watch.sound_heard(91.0)
    assert [report.code for _, report in _looks(watch, 91, 110)] == ["sound_is_back"]


def test_a_name_that_is_left_standing_is_not_taken_for_speech():
    """A platform that never says when nobody speaks lets the last speaker's name stand."""
    watch = _watch()
    watch.active_speakers(["ada"], 5.0)
    watch.sound_heard(8.0)
    for second in range(9, 60):
        watch.active_speakers(["ada"], float(second))
    [(_, report)] = _looks(watch, 8, 100)
    assert report.severity == "notice"
    watch.active_speakers(["grace"], 100.0)
    assert [report.severity for _, report in _looks(watch, 100, 200)] == ["warning"], "another name is news"


def test_a_speaker_who_goes_on_without_sound_is_noticed():
    """A platform that does say when nobody speaks means it when a name stands."""
    watch = _watch()
    watch.active_speakers(["ada"], 1.0)
    watch.active_speakers([], 2.0)
    watch.active_speakers(["ada"], 5.0)
    watch.sound_heard(8.0)
    [(_, report)] = _looks(watch, 8, 100)
    assert report.severity == "warning"


def test_a_word_that_comes_after_its_sound_is_not_held_against_it():
    """The name of who just stopped speaking may arrive late."""
    watch = _watch()
    watch.sound_heard(10.0)
    watch.active_speakers(["ada"], 10.0 + SPEECH_LAG_S)
    [(_, report)] = _looks(watch, 10, 100)
    assert report.severity == "notice"


def test_the_waiting_room_is_silent_by_right():
    """Put back into it the bot hears nobody, and the silence begins anew when it is let in again."""
    watch = _watch()
    watch.away()
    assert _looks(watch, 0, 100) == []
    watch.began(100.0)
    assert [second for second, _ in _looks(watch, 100, 300)] == [100 + NO_SOUND_S]


def test_the_message_tells_what_there_was_to_hear():
    """Silent tracks and no tracks are different faults."""
    watch = _watch()
    watch.n_tracks = 2
    assert "2 silent audio tracks" in _looks(watch, 0, 40)[0][1].message
    assert "no audio track" in _looks(_watch(), 0, 40)[0][1].message


_EVENTS: dict[str, Callable[[SoundWatch, float], object]] = {
    "sound": lambda watch, now_s: watch.sound_heard(now_s),
    "mute": lambda watch, now_s: watch.participant_joined("ada", now_s, muted=True),
    "unmute": lambda watch, now_s: watch.participant_joined("ada", now_s, muted=False),
    "leave": lambda watch, now_s: watch.participant_left("ada", now_s),
    "named": lambda watch, now_s: watch.active_speakers(["ada"], now_s),
    "nobody": lambda watch, now_s: watch.active_speakers([], now_s),
    "away": lambda watch, _: watch.away(),
    "began": lambda watch, now_s: watch.began(now_s),
    "nothing": lambda watch, _: watch,
}


@given(st.lists(st.tuples(st.sampled_from(sorted(_EVENTS)), st.integers(0, 20)), max_size=60))
def test_no_course_of_a_meeting_is_told_wrongly(course: list[tuple[str, int]]):
    """Episodes open with no_sound, close with sound_is_back, and tell each severity once; never near sound."""
    watch = _watch()
    now_s, heard_s = 0.0, 0.0
    told: list[str] = []
    for what, seconds in course:
        _EVENTS[what](watch, now_s)
        heard_s = now_s if what == "sound" else heard_s
        for at_s, report in ((now_s + n, watch.look(now_s + n)) for n in range(1, seconds + 1)):
            if report is None:
                continue
            if report.code == "sound_is_back":
                assert told
                told.clear()
                continue
            assert at_s - heard_s >= NO_SOUND_S
            assert report.severity not in told
            told.append(report.severity)
        now_s += seconds


@given(st.integers(0, 100), st.integers(0, 100))
def test_every_silence_of_an_open_microphone_is_told(heard_s: int, unmuted_s: int):
    """Whatever came before, thirty seconds of silence with somebody unmuted are reported that very second."""
    watch = _watch(muted=True)
    watch.sound_heard(float(heard_s))
    watch.participant_joined("ada", float(unmuted_s), muted=False)
    due_s = max(heard_s, unmuted_s) + NO_SOUND_S
    assert [second for second, _ in _looks(watch, max(heard_s, unmuted_s), 400)] == [due_s]
