"""Sound that is no remote track: AudioContexts and media elements."""

from __future__ import annotations

import asyncio
import io
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.integration.session.browser.conftest import frequency_of, largest_phase_step, level_of

from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from tests.integration.session.browser.conftest import PageServer, Room

pytestmark = pytest.mark.browser

PLAY = """(frequency, rate, node) => {
  const context = new AudioContext({sampleRate: rate});
  const oscillator = new OscillatorNode(context, {frequency});
  const gain = new GainNode(context, {gain: 0.25});
  oscillator.connect(gain).connect(context.destination);
  oscillator.start();
  return {context, oscillator, gain};
}"""


def _wav(frequency_hz: float, seconds: float, rate_hz: int = 44100) -> bytes:
    samples = 0.25 * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(np.repeat((samples * 32767).astype("<i2"), 2).tobytes())
    return file.getvalue()


@pytest.mark.parametrize("rate_hz", [48000, 44100, 16000])
async def test_what_reaches_a_destination_is_heard_at_our_rate(pages: PageServer, room: Room, rate_hz: int):
    """A context of any rate is one track of 48 kHz, in tune, unbroken and at its level."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate(f"() => {{ globalThis.made = ({PLAY})(1000, {rate_hz}); }}")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    sound = await heard.seconds_of(1, 2)
    assert heard.of(TrackSource.WEBAUDIO) == [1]
    assert frequency_of(sound) == pytest.approx(1000, abs=0.6)
    assert level_of(sound, 1000) == pytest.approx(0.25, rel=0.02)
    assert largest_phase_step(sound, 1000) < 0.05
    rest = sound - np.mean(sound)
    power = np.mean(rest**2)
    assert power == pytest.approx(0.25**2 / 2, rel=0.03)  # nothing beside the tone
    assert np.diff([chunk.at_s for chunk in heard.chunks[1]]).max() < 0.05


async def test_disconnecting_silences_and_closing_closes(pages: PageServer, room: Room):
    """What the page disconnects is no longer heard; a closed context closes its track."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate(f"() => {{ globalThis.made = ({PLAY})(1000, 48000); }}")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 10)
    await room.page.evaluate("() => made.gain.disconnect()")
    await asyncio.sleep(0.4)
    assert np.abs(await heard.seconds_of(1, 0.3)).max() == 0
    await room.page.evaluate("() => void made.gain.connect(made.context.destination)")
    await asyncio.sleep(0.4)
    assert level_of(await heard.seconds_of(1, 0.5), 1000) == pytest.approx(0.25, rel=0.05)
    await room.page.evaluate("() => made.context.close()")
    await heard.until(lambda: [one.track for one in heard.closed] == [1])


async def test_a_voice_that_the_page_plays_through_webaudio_is_heard_once(pages: PageServer, room: Room):
    """A remote track routed to a destination opens no second track, not even through a stream and an element."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("""async () => {
        globalThis.call = await meeting(tone(500));
        const context = new AudioContext();
        const source = context.createMediaStreamSource(call.streams[0].clone());
        const gain = context.createGain();
        source.connect(gain).connect(context.destination);
        const stream = context.createMediaStreamDestination();
        gain.connect(stream);
        const element = new Audio();
        element.srcObject = stream.stream;
        await element.play();
        const direct = new Audio();
        direct.srcObject = call.streams[0];
        await direct.play();
        kept.push(context, element, direct);
    }""")
    await room.heard.until(lambda: len(room.heard.chunks.get(1, [])) > 75)
    assert [one.source for one in room.heard.opened] == [TrackSource.RTC]


async def test_of_a_mixed_graph_only_what_is_no_voice_is_heard(pages: PageServer, room: Room):
    """A chime mixed with a voice in one gain is heard, without the voice in it."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("""async () => {
        globalThis.call = await meeting(tone(500));
        const context = new AudioContext();
        const gain = context.createGain();
        const chime = new OscillatorNode(context, {frequency: 1500});
        chime.start();
        context.createMediaStreamSource(call.streams[0]).connect(gain);
        chime.connect(gain);
        gain.connect(context.destination);
        kept.push(context, chime);
    }""")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks) == 2)
    [chime] = heard.of(TrackSource.WEBAUDIO)
    await asyncio.sleep(0.5)
    sound = await heard.seconds_of(chime, 1)
    assert level_of(sound, 1500) > 0.9
    assert level_of(sound, 500) < 0.001


async def test_a_graph_that_an_element_plays_is_heard_once(pages: PageServer, room: Room):
    """A stream destination is silent to us until an element plays it, and then one WebAudio track."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("() => { globalThis.stream = tone(900); }")
    await asyncio.sleep(0.5)
    assert room.heard.opened == []
    await room.page.evaluate("""async () => {
        globalThis.element = new Audio();
        element.srcObject = stream;
        await element.play();
    }""")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    assert frequency_of(await heard.seconds_of(1, 1)) == pytest.approx(900, abs=1.1)
    assert [one.source for one in heard.opened] == [TrackSource.WEBAUDIO]


@pytest.mark.parametrize("where", ["document", "detached", "shadow", "graph"])
async def test_a_file_that_an_element_plays_is_heard(pages: PageServer, room: Room, where: str):
    """A file is heard while it plays aloud, wherever the element is, and once."""
    pages.put("/tone.wav", _wav(640, 20), kind="audio/wav")
    await room.page.goto(pages.page("/"))
    await room.page.evaluate(
        """async (where) => {
        const element = document.createElement('audio');
        globalThis.element = element;
        if (where === 'document') document.body.append(element);
        if (where === 'shadow') {
          const host = document.createElement('div');
          document.body.append(host);
          host.attachShadow({mode: 'closed'}).append(element);
        }
        if (where === 'graph') {
          const context = new AudioContext();
          kept.push(context);
          context.createMediaElementSource(element).connect(context.destination);
        }
        element.src = '/tone.wav';
        await element.play();
    }""",
        where,
    )
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    sound = await heard.seconds_of(1, 1)
    assert frequency_of(sound) == pytest.approx(640, abs=1.1)
    assert level_of(sound, 640) == pytest.approx(0.25, rel=0.03)
    expected = TrackSource.WEBAUDIO if where == "graph" else TrackSource.ELEMENT
    assert [one.source for one in heard.opened] == [expected]
    if where != "graph":
        await room.page.evaluate("() => { element.muted = true; }")
        await heard.until(lambda: [one.track for one in heard.closed] == [1])
        await room.page.evaluate("() => { element.muted = false; }")
        await heard.until(lambda: len(heard.chunks.get(2, [])) > 10)


async def test_a_generated_track_that_an_element_plays_is_heard(pages: PageServer, room: Room):
    """A stream with a track that is neither remote nor of a graph is heard from the element."""
    pages.put("/tone.wav", _wav(640, 20), kind="audio/wav")
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("""async () => {
        const generator = new MediaStreamTrackGenerator({kind: 'audio'});
        const writer = generator.writable.getWriter();
        let written = 0;
        setInterval(() => {
          const data = new Float32Array(960);
          for (let i = 0; i < 960; i += 1) data[i] = 0.25 * Math.sin(2 * Math.PI * 800 * (written + i) / 48000);
          writer.write(new AudioData({format: 'f32', sampleRate: 48000, numberOfFrames: 960, numberOfChannels: 1,
            timestamp: written * 1e6 / 48000, data}));
          written += 960;
        }, 20);
        const element = new Audio();
        element.srcObject = new MediaStream([generator]);
        await element.play();
        kept.push(element);
    }""")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    assert frequency_of(await heard.seconds_of(1, 1)) == pytest.approx(800, abs=1.1)
    assert [one.source for one in heard.opened] == [TrackSource.ELEMENT]


async def test_the_bots_own_microphone_is_nobodys_voice(pages: PageServer, room: Room):
    """The fake microphone may be asked for without a question, and is not heard, even played aloud."""
    await room.page.goto(pages.page("/"))
    kinds = await room.page.evaluate("""async () => {
        const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
        const element = new Audio();
        element.srcObject = stream.clone();
        await element.play();
        kept.push(element, stream);
        return stream.getTracks().map((track) => track.kind).sort();
    }""")
    assert kinds == ["audio", "video"]
    await asyncio.sleep(1)
    assert room.heard.opened == []


async def test_the_hooks_look_like_the_browsers_own(pages: PageServer, room: Room):
    """instanceof, constructor, statics, subclasses, toString and offline contexts are as they were."""
    await room.page.goto(pages.page("/"))
    assert (
        await room.page.evaluate("""async () => {
        const connection = new RTCPeerConnection({iceServers: []});
        class Own extends RTCPeerConnection { mine() { return 7; } }
        const own = new Own();
        const offline = new OfflineAudioContext(1, 4800, 48000);
        const source = new ConstantSourceNode(offline);
        source.connect(offline.destination);
        source.start();
        const rendered = await offline.startRendering();
        const checks = {
          instance: connection instanceof RTCPeerConnection,
          constructor: connection.constructor === RTCPeerConnection,
          name: RTCPeerConnection.name === 'RTCPeerConnection',
          certificate: (await RTCPeerConnection.generateCertificate({name: 'ECDSA', namedCurve: 'P-256'})) instanceof RTCCertificate,
          subclass: own instanceof Own && own instanceof RTCPeerConnection && own.mine() === 7,
          native: String(AudioNode.prototype.connect).includes('[native code]'),
          arity: AudioNode.prototype.connect.length === 1,
          offline: rendered.getChannelData(0)[100] === 1,
          unlisted: !Object.keys(globalThis).includes('__roomtone'),
          chained: (() => { const c = new AudioContext(); const g = c.createGain(); return g.connect(c.destination) === c.destination; })(),
        };
        return Object.entries(checks).filter(([, good]) => !good).map(([name]) => name);
    }""")
        == []
    )
