// The tap: hears every remote track, every media element and every AudioContext of this frame, before the page's scripts.

hookPeerConnections();
hookLocalCapture();
botMicrophone.hook();
audioGraph.hook();
mediaElements.hook();
startStatistics();

Object.defineProperty(globalThis, '__roomtone', {
  value: Object.freeze({
    onTrack: registry.onTrack,
    send: linkClient.send,
    openPort: linkClient.openPort,
    onMessage: linkClient.onMessage,
    workerUrl,
    clockUs: sessionClockUs,
    configuration: Object.freeze({ video: configuration.video, top: isTopFrame }),
  }),
  enumerable: false,
});

// A frame inside the page opens a socket when it has something to say.
if (isTopFrame && location.protocol !== 'about:') linkClient.start();
