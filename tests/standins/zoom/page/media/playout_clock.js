// When a moment of the meeting is heard here, so that pictures are shown with their sound.
const WINDOW_MS = 10_000;
const DEFAULT_DELAY_MS = 60;
const SHOWING_MS = 12;
const STATISTICS_MS = 500;

export class PlayoutClock {
  constructor() {
    this.arrivals = [];
    this.delayMs = DEFAULT_DELAY_MS;
  }

  // Something of meeting second `atS` has arrived now; the earliest arrivals tell how the clocks lie.
  arrived(atS) {
    const now = performance.now();
    const offset = now - atS * 1000;
    while (this.arrivals.length && this.arrivals[this.arrivals.length - 1].offset >= offset) this.arrivals.pop();
    this.arrivals.push({ now, offset });
    while (this.arrivals[0].now < now - WINDOW_MS) this.arrivals.shift();
  }

  // `performance.now()` of the moment at which meeting second `atS` is to be seen.
  dueMs(atS) {
    return (this.arrivals[0]?.offset ?? performance.now() - atS * 1000) + atS * 1000 + this.delayMs - SHOWING_MS;
  }
}

// Keep the clock's delay at what the jitter buffers of a connection's voices add; stop it with clearInterval.
export function watchDelay(peer, clock) {
  let before = { delay: 0, count: 0 };
  return setInterval(async () => {
    const now = { delay: 0, count: 0 };
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== "inbound-rtp" || report.kind !== "audio") continue;
      now.delay += report.jitterBufferDelay;
      now.count += report.jitterBufferEmittedCount;
    }
    const count = now.count - before.count;
    if (count > 0) {
      const measured = ((now.delay - before.delay) / count) * 1000;
      clock.delayMs += (measured - clock.delayMs) / 4;
    }
    before = now;
  }, STATISTICS_MS);
}
