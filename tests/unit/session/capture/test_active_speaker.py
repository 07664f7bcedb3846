from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.capture.active_speaker import ActiveSpeakerHistory


def history(*reports: tuple[float, str | None]) -> ActiveSpeakerHistory:
    """A history of reports, with a lookback of 300 ms."""
    heard = ActiveSpeakerHistory(lookback_s=0.3)
    for at_s, who in reports:
        heard.report(who, at_s)
    return heard


def test_turn_begins_before_its_report_and_ends_at_it():
    """A report at 10.0 means a voice from 9.7 on; the report of silence is the end."""
    heard = history((10.0, "ada"), (12.0, None))
    assert [heard.at(s) for s in (9.6, 9.71, 11.9, 12.1)] == [None, "ada", "ada", None]


def test_turn_passes_on_where_the_next_voice_began():
    """The next speaker's turn begins before its report, and ends the one before."""
    heard = history((10.0, "ada"), (12.0, "grace"))
    assert [heard.at(s) for s in (11.6, 11.8)] == ["ada", "grace"]


def test_flicker_is_no_turn():
    """A cough of 100 ms between two words of one speaker changes nothing."""
    heard = history((10.0, "ada"), (11.0, "grace"), (11.1, "ada"))
    assert {heard.at(s) for s in (9.8, 10.9, 11.0, 11.05, 12.0)} == {"ada"}


def test_first_report_is_believed_at_once():
    """The very first speaker is not taken for a flicker."""
    heard = history((10.0, "ada"), (10.1, "grace"))
    assert heard.at(9.75) == "ada"
    assert heard.at(9.85) == "grace"


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.sampled_from(["a", "b", None])), max_size=600),
    st.floats(0, 1000),
)
def test_takes_any_reports(reports, at_s):
    """Whatever comes, in whatever order, the answer is somebody reported, or nobody."""
    assert history(*reports).at(at_s) in {who for _, who in reports} | {None}
