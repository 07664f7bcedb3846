"""Opus packets carry the voice at its place, and silence costs nothing."""

from __future__ import annotations

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from roomtone.practice.script import Tone, Utterance
from roomtone.practice.voice import Voice
from roomtone.practice.voice_timeline import beep, place


def decoded(packets: list[bytes]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What a listener hears of packets."""
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate = 48_000
    context.layout = "mono"
    frames = [frame for packet in packets for frame in context.decode(av.Packet(packet))]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]) / 32768


def test_the_voice_is_heard_at_its_sample() -> None:
    """Decoded packets correlate with the timeline at lag zero: the encoder's delay is made up for."""
    timeline = place(
        [Utterance(0.5, tone=Tone.BEEP), Utterance(1.303, tone=Tone.BEEP)], {0: beep(), 1: beep()}
    )
    voice = Voice(timeline)
    heard = decoded([voice.packet(number) for number in range(100)])
    truth = timeline.window(0, len(heard)).astype(np.float64)
    spectrum = np.fft.rfft(np.abs(heard), 2 * len(heard)) * np.conj(
        np.fft.rfft(np.abs(truth), 2 * len(heard))
    )
    lag = int(np.argmax(np.fft.irfft(spectrum)))
    assert min(lag, 2 * len(heard) - lag) <= 2
    assert np.dot(heard, truth) / np.sqrt(np.dot(heard, heard) * np.dot(truth, truth)) > 0.98


def test_listeners_hear_the_same_packets() -> None:
    """A packet is encoded once: a second listener gets the very same object."""
    voice = Voice(place([Utterance(0, tone=Tone.BEEP, every_s=1)], {0: beep()}))
    first = [voice.packet(number) for number in range(50)]
    assert all(voice.packet(number) is packet for number, packet in enumerate(first))


def test_silence_is_one_small_packet() -> None:
    """Before the script begins, and far from any clip, the same few bytes are sent."""
    voice = Voice(place([Utterance(100, tone=Tone.BEEP)], {0: beep()}))
    assert voice.packet(None) is voice.packet(0)
    assert len(voice.packet(0)) < 10
    assert not np.any(np.abs(decoded([voice.packet(0)] * 10)) > 0.001)
