// Tells a platform's script what the other side's session descriptions say of the lines on which sound comes.
//
//   globalThis.__roomtoneDescriptions.onLines(callback)
//     callback([{mediaTrack, mid, streamId, ssrcs: [number], cnames: [text], isLoop}])   after each remote description:
//                           every audio line of that connection that we receive on; isLoop: the other side is this
//                           very frame, which sends sound to itself
//
// It knows no platform.
(() => {
  const prototype = globalThis.RTCPeerConnection?.prototype;
  if (!prototype || globalThis.__roomtoneDescriptions) return;
  const callbacks = [];
  const own = new Set(); // user fragments of this frame's own connections
  const fragmentOf = (sdp) => /\na=ice-ufrag:(\S+)/.exec(sdp ?? "")?.[1];

  // What an SDP says of its audio lines, by mid.
  const linesOf = (sdp) => {
    const lines = new Map();
    for (const section of sdp.split(/\r?\nm=/).slice(1)) {
      if (!section.startsWith("audio ")) continue;
      const mid = /\na=mid:(\S+)/.exec(section)?.[1] ?? "";
      const ssrcs = new Set();
      const cnames = new Set();
      for (const [, ssrc, cname] of section.matchAll(/\na=ssrc:(\d+)(?: cname:([^\r\n]+))?/g)) {
        ssrcs.add(Number(ssrc));
        if (cname) cnames.add(cname);
      }
      const streamId = /\na=msid:(\S+)/.exec(section)?.[1] ?? "";
      lines.set(mid, { mid, streamId, ssrcs: [...ssrcs], cnames: [...cnames] });
    }
    return lines;
  };

  const described = (connection) => {
    const lines = linesOf(connection.remoteDescription?.sdp ?? "");
    const isLoop = own.has(fragmentOf(connection.remoteDescription?.sdp));
    const rows = [];
    for (const { mid, receiver } of connection.getTransceivers()) {
      const line = lines.get(mid ?? "");
      if (line && receiver.track.kind === "audio") rows.push({ ...line, mediaTrack: receiver.track, isLoop });
    }
    for (const callback of rows.length > 0 ? callbacks : []) {
      try {
        callback(rows);
      } catch {
        // A reader's mistake must never reach the page.
      }
    }
  };

  prototype.setRemoteDescription = new Proxy(prototype.setRemoteDescription, {
    apply(target, self, args) {
      const done = Reflect.apply(target, self, args);
      done?.then(() => described(self)).catch(() => undefined);
      return done;
    },
  });
  prototype.setLocalDescription = new Proxy(prototype.setLocalDescription, {
    apply(target, self, args) {
      const done = Reflect.apply(target, self, args);
      done?.then(() => own.add(fragmentOf(self.localDescription?.sdp))).catch(() => undefined);
      return done;
    },
  });
  globalThis.__roomtoneDescriptions = { onLines: (callback) => callbacks.push(callback) };
})();
