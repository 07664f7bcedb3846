"""Made-up speech."""

from __future__ import annotations

from hypothesis import strategies as st

from roomtone.speech.transcript import Word

NAMES = st.sampled_from(
    ["Ada", "Zoë <b>", "محمد علي", "דנה", "李 雷", "A --> B", "&amp;", "*x*", "1. Ann", "👩‍👩‍👧", "a:b"]
)


@st.composite
def words(draw: st.DrawFn) -> Word:
    """A word of one of a few speakers, or of nobody, at any time of two hours."""
    start_s = draw(st.floats(0, 7200, allow_nan=False))
    number = draw(st.integers(-1, 4))
    name = draw(NAMES)
    return Word(
        text=draw(st.text(max_size=12)),
        start_s=start_s,
        end_s=start_s + draw(st.floats(-1, 3, allow_nan=False)),
        punctuated=draw(st.one_of(st.just(""), st.text(max_size=12), st.just("-->"), st.just("<i>&"))),
        confidence=draw(st.one_of(st.none(), st.floats(0, 1))),
        speaker_id=None if number < 0 else f"p{number}",
        speaker_name=None if number < 0 else name,
    )
