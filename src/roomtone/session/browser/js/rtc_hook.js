// Hears of every remote track of every RTCPeerConnection, and keeps video off where none is wanted.

const connections = new Set(); // WeakRef of each connection, for the statistics

function hookPeerConnections() {
  const Native = globalThis.RTCPeerConnection;
  if (Native === undefined) return;

  // Video lines are answered and offered without receiving, so that nothing is sent to us and nothing is decoded.
  function refuseVideo(connection) {
    if (configuration.video) return;
    for (const transceiver of connection.getTransceivers()) {
      if (transceiver.receiver.track.kind !== 'video' || transceiver.stopped) continue;
      if (transceiver.direction === 'recvonly') transceiver.direction = 'inactive';
      else if (transceiver.direction === 'sendrecv') transceiver.direction = 'sendonly';
    }
  }

  function opened(connection, event) {
    const { track, streams, transceiver } = event;
    if (track.kind === 'video' && !configuration.video) {
      refuseVideo(connection);
      return;
    }
    provenance.set(track, 'rtc');
    registry.open(track, connection, { source: 'rtc', streamId: streams[0]?.id ?? '', mid: transceiver.mid ?? '' });
    track.addEventListener('ended', () => registry.release(track, connection));
  }

  function closed(connection) {
    for (const receiver of connection.getReceivers()) registry.release(receiver.track, connection);
  }

  const Hooked = new Proxy(Native, {
    construct(target, args, newTarget) {
      const connection = Reflect.construct(target, args, newTarget);
      connections.add(new WeakRef(connection));
      connection.addEventListener('track', (event) => opened(connection, event));
      return connection;
    },
  });
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
    if (name in globalThis) {
      Object.defineProperty(globalThis, name, { value: Hooked, writable: true, configurable: true, enumerable: false });
    }
  }
  Native.prototype.constructor = Hooked;

  wrapMethod(Native.prototype, 'close', (target, self, args) => {
    const result = Reflect.apply(target, self, args);
    closed(self);
    return result;
  });
  if (configuration.video) return;
  for (const name of ['createAnswer', 'setLocalDescription']) {
    wrapMethod(Native.prototype, name, (target, self, args) => {
      refuseVideo(self);
      return Reflect.apply(target, self, args);
    });
  }
  // `offerToReceiveVideo` makes lines only while the offer is being made: offer again once they are there.
  wrapMethod(Native.prototype, 'createOffer', (target, self, args) => {
    const legacy = typeof args[0] === 'function';
    const options = { ...(legacy ? args[2] : args[0]) };
    refuseVideo(self);
    const offer = Reflect.apply(target, self, [options]).then((first) => {
      if (!options.offerToReceiveVideo) return first;
      refuseVideo(self);
      return Reflect.apply(target, self, [{ ...options, offerToReceiveVideo: undefined }]);
    });
    if (!legacy) return offer;
    offer.then(args[0], args[1]);
    return Promise.resolve();
  });
}

// The bot's own microphone and screen are nobody's voice.
function hookLocalCapture() {
  for (const name of ['getUserMedia', 'getDisplayMedia']) {
    wrapMethod(globalThis.MediaDevices?.prototype, name, async (target, self, args) => {
      const stream = await Reflect.apply(target, self, args);
      for (const track of stream.getTracks()) provenance.set(track, 'local');
      return stream;
    });
  }
  const inherit = (from, to) => {
    if (provenance.has(from)) provenance.set(to, provenance.get(from));
  };
  wrapMethod(globalThis.MediaStreamTrack?.prototype, 'clone', (target, self, args) => {
    const copy = Reflect.apply(target, self, args);
    inherit(self, copy);
    return copy;
  });
  wrapMethod(globalThis.MediaStream?.prototype, 'clone', (target, self, args) => {
    const copy = Reflect.apply(target, self, args);
    const originals = self.getTracks();
    copy.getTracks().forEach((track, index) => inherit(originals[index], track));
    return copy;
  });
}
