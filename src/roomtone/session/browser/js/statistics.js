// Every few seconds: what the connections and the tap have counted since the page began.

const STATISTICS_EVERY_MS = 5000;
const UNHEARD_AFTER_MS = 5000;
const COUNTED = {
  concealed_samples: 'concealedSamples',
  silent_concealed_samples: 'silentConcealedSamples',
  total_samples_received: 'totalSamplesReceived',
  jitter_buffer_delay_s: 'jitterBufferDelay',
  jitter_buffer_emitted: 'jitterBufferEmittedCount',
  packets_received: 'packetsReceived',
  packets_lost: 'packetsLost',
  frames_decoded: 'framesDecoded',
  frames_dropped: 'framesDropped',
};

function startStatistics() {
  const complained = new Set();

  async function inboundOf(connection) {
    const found = [];
    for (const report of (await connection.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      const counts = { media_track_id: report.trackIdentifier ?? '', mid: report.mid ?? '', kind: report.kind };
      for (const [name, key] of Object.entries(COUNTED)) if (key in report) counts[name] = report[key];
      found.push(counts);
    }
    return found;
  }

  async function inbound() {
    const found = [];
    for (const ref of connections) {
      const connection = ref.deref();
      if (connection === undefined || connection.connectionState === 'closed') connections.delete(ref);
      else found.push(...(await inboundOf(connection).catch(() => [])));
    }
    return found;
  }

  // What the page's sinks play and the tap does not hear is a fault to report.
  function findUnheard(number, entry, holder) {
    const heard = registry.heard[number];
    if (entry.track.kind !== 'audio' || entry.announcement.source !== 'rtc' || complained.has(number)) return;
    if (entry.track.muted || entry.track.readyState !== 'live' || holder?.connectionState !== 'connected') return;
    if (heard === undefined || heard.quiet_ms < UNHEARD_AFTER_MS) return;
    complained.add(number);
    reportFault('track_unheard', 'no samples', { track: number });
  }

  async function report() {
    const counts = await inbound();
    const tracks = [];
    for (const [number, entry] of registry.entries()) {
      findUnheard(number, entry, [...entry.holders][0]);
      const of = counts.find((one) => one.media_track_id === entry.track.id);
      tracks.push({ track: number, kind: entry.track.kind, ...of, ...registry.heard[number] });
    }
    const others = counts.filter((one) => !tracks.some((track) => track.media_track_id === one.media_track_id));
    if (tracks.length + others.length > 0) linkClient.send({ type: 'statistics', tracks, untapped: others });
  }

  setInterval(report, STATISTICS_EVERY_MS);
}
