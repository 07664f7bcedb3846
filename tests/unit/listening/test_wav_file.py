"""The WAV that is valid at any moment."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomtone.listening.wav_file import GrowingWav, wav_header

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> bytes:
    """The samples that any reader of WAV files finds."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        return bytes(file.readframes(file.getnframes()))


operations = st.lists(
    st.one_of(
        st.binary(max_size=60).map(lambda b: ("append", b[: len(b) // 2 * 2])),
        st.integers(0, 300).map(lambda n: ("pad", n)),
        st.just(("flush", None)),
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations)
def test_what_is_read_is_what_was_written(tmp_path, done):
    """After every flush the file holds exactly what was appended and padded so far."""
    path = tmp_path / "a.wav"
    wav, model = GrowingWav(path), b""
    for what, value in done:
        if what == "append":
            wav.append(value)
            model += value
        elif what == "pad":
            wav.pad_to(value)
            model = model.ljust(value * 2, b"\0")
        else:
            wav.flush()
            assert read(path) == model
    wav.close()
    wav.close()
    assert read(path) == model


def test_it_is_readable_before_the_first_flush(tmp_path):
    """A reader that comes early finds an empty WAV, not a broken one."""
    wav = GrowingWav(tmp_path / "a.wav")
    wav.append(b"\1\0" * 10)
    assert read(tmp_path / "a.wav") == b""
    wav.close()


def test_a_header_names_no_more_than_it_can():
    """Beyond 4 GiB the header stays at its largest value."""
    assert wav_header(3_000_000_000)[40:44] == (0xFFFF_FFFF - 45).to_bytes(4, "little")
