// Cameras and screens to compose, as remote tracks. Uses connect() and negotiate() of meeting.js.

// A picture drawn `fps` times a second: one colour with a moving lighter bar, white for the first 0.1 s of each second
// when it flashes.
function drawing(width, height, fps, hue, flashes = false) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  let n = 0;
  setInterval(() => {
    n += 1;
    const isWhite = flashes && performance.now() % 1000 < 100;
    pen.fillStyle = isWhite ? '#ffffff' : `hsl(${hue}, 60%, 35%)`;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = isWhite ? '#ffffff' : `hsl(${hue}, 60%, 45%)`;
    pen.fillRect((n * 5) % width, 0, width / 12, height);
  }, 1000 / fps);
  return canvas.captureStream(fps);
}

// Sends a stream to another connection of this page; gives the ids of the tracks that arrive there.
async function arrive(stream) {
  const { sender, receiver, hangUp } = connect();
  const ids = [];
  receiver.addEventListener('track', ({ track }) => {
    ids.push(track.id);
    globalThis.arrived = [...(globalThis.arrived ?? []), track];
  });
  for (const track of stream.getTracks()) {
    // A loaded machine would send smaller pictures, and the bars' places could not be told beforehand.
    if (track.kind === 'video') track.contentHint = 'detail';
    sender.addTrack(track, stream);
  }
  await negotiate(sender, receiver);
  globalThis.calls = { ...globalThis.calls, [ids.at(-1)]: hangUp };
  return ids;
}

// A stream whose tone sounds exactly while performance.now() % 1000 is below 100.
function beeps() {
  const context = senderContext();
  const oscillator = new OscillatorNode(context, { frequency: 1000 });
  const gain = new GainNode(context, { gain: 0 });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  const began = performance.now() - context.currentTime * 1000;
  for (let second = Math.ceil(performance.now() / 1000); second < performance.now() / 1000 + 30; second += 1) {
    const at = (second * 1000 - began) / 1000;
    gain.gain.setValueAtTime(0.4, at);
    gain.gain.setValueAtTime(0, at + 0.1);
  }
  kept.push(oscillator, destination);
  return destination.stream;
}
