"""The pure parts of the page's scripts, in the browser that runs them: resampling, placing sound, pacing pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from roomtone.session.browser import chromium
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.browser.page_reads import read_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

pytestmark = pytest.mark.browser

PACED = """
  const pacing = new Pacing(25, 30);
  const stamps = [];
  const pass = (stamp) => { pacing.passed(stamp); stamps.push(stamp); };
  pass(0);
  let next = SOURCE_FPS ? 1e6 / SOURCE_FPS : Infinity;
  for (let now = 0; now < 10e6; now += 5000) {
    for (; next <= now; next += 1e6 / SOURCE_FPS) if (pacing.admits(next)) pass(next);
    const repeat = pacing.repeatStamp(now);
    if (repeat !== null) pass(repeat);
  }
  return stamps;
"""
"""The stamps of ten seconds of a source."""
SCRIPTS = Path(chromium.__file__).parent / "js"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty page."""
    async with open_browser(BrowserOptions()) as browser:
        yield browser.page


async def run(page: Page, script: str, body: str) -> Any:
    """What a function with this body gives where the script's classes are known."""
    return await read_page(page, f"() => {{ {(SCRIPTS / script).read_text()}\n{body} }}", 60.0)


async def test_resampling_keeps_a_tone(page: Page):
    """From any rate to 48 kHz, in pieces of any size, a tone keeps its height, its phase and its length."""
    body = """
      const heard = {};
      for (const [rate, piece] of [[44100, 441], [16000, 97], [8000, 160], [96000, 1024], [48000, 480]]) {
        const resampler = new Resampler(rate, 48000);
        const out = [];
        for (let at = 0; at < rate; at += piece) {
          const count = Math.min(piece, rate - at);
          out.push(...resampler.push(Float32Array.from({length: count}, (_, i) => Math.sin(2 * Math.PI * 1000 * (at + i) / rate))));
        }
        const errors = out.map((sample, i) => Math.abs(sample - Math.sin(2 * Math.PI * 1000 * i / 48000)));
        heard[rate] = { samples: out.length, error: errors.slice(100).reduce((a, b) => Math.max(a, b)) };
      }
      return heard;
    """
    for rate, told in (await run(page, "resampler.js", body)).items():
        assert 47_800 <= told["samples"] <= 48_000, rate
        assert told["error"] < 0.003, rate


async def test_sound_is_placed_by_its_count(page: Page):
    """Jitter moves nothing, drift is followed, a pause is a gap, and a stamp from the future is not believed."""
    body = """
      const placed = (stamps) => {
        const placement = new SamplePlacement();
        placement.begin(stamps[0], 0);
        const clocks = stamps.map((stamp) => placement.place(stamp, stamp + 5000, 960));
        return { clocks: clocks.map((one) => one.clockUs), gaps: placement.gaps, jumps: placement.jumps,
                 silence: clocks.reduce((sum, one) => sum + one.gapUs, 0) };
      };
      const grid = Array.from({length: 500}, (_, i) => i * 20000);
      const ahead = new SamplePlacement();
      ahead.begin(0, 0);
      ahead.place(0, 5000, 960);
      const future = ahead.place(3020000, 25000, 960);
      return {
        jitter: placed(grid.map((at, i) => at + (i % 7) * 5000)),
        drift: placed(grid.map((at) => at * 1.001)),
        pause: placed(grid.map((at, i) => at + (i < 250 ? 0 : 400000))),
        future: { at: future.clockUs, jumps: ahead.jumps, gaps: ahead.gaps },
      };
    """
    told = await run(page, "sample_placement.js", body)
    steps = np.diff(told["jitter"]["clocks"])
    assert np.abs(steps - 20_000).max() < 100
    assert told["jitter"]["gaps"] == told["drift"]["gaps"] == 0
    assert abs(told["drift"]["clocks"][-1] - 499 * 20_020) < 15_000
    assert (told["pause"]["gaps"], told["pause"]["jumps"]) == (1, 0)
    assert told["pause"]["silence"] == pytest.approx(400_000, rel=0.01)
    assert told["future"] == {"at": pytest.approx(20_000, abs=10), "jumps": 1, "gaps": 0}


async def test_pictures_come_at_a_steady_rate(page: Page):
    """Whatever the source gives, 25 to 30 pictures a second are encoded, their stamps growing."""
    for source_fps, least, most in ((60, 29, 30.5), (30, 29, 30.5), (10, 25, 27), (0, 25, 27)):
        stamps = np.array(await run(page, "composer/pacing.js", PACED.replace("SOURCE_FPS", str(source_fps))))
        assert np.diff(stamps).min() > 0, source_fps
        assert least <= len(stamps) / 10 <= most, source_fps
