// A meeting in one page: two connections, one of which sends what the other receives.
globalThis.kept = [];

async function negotiate(sender, receiver) {
  await sender.setLocalDescription();
  await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription();
  await sender.setRemoteDescription(receiver.localDescription);
}

function connect() {
  const sender = new RTCPeerConnection();
  const receiver = new RTCPeerConnection();
  sender.onicecandidate = ({ candidate }) => receiver.addIceCandidate(candidate);
  receiver.onicecandidate = ({ candidate }) => sender.addIceCandidate(candidate);
  kept.push(sender, receiver);
  return { sender, receiver, hangUp: () => [sender.close(), receiver.close()] };
}

const senderContext = () => (globalThis.voices ??= new AudioContext());

// A stream with one steady tone.
function tone(frequency, level = 0.25) {
  const context = senderContext();
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: level });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  kept.push(oscillator, destination);
  return destination.stream;
}

// A stream with a picture that changes.
function picture() {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const pen = canvas.getContext('2d');
  setInterval(() => {
    pen.fillStyle = `hsl(${Math.random() * 360}, 50%, 50%)`;
    pen.fillRect(0, 0, 640, 360);
  }, 33);
  return canvas.captureStream(30);
}

async function meeting(...streams) {
  const call = connect();
  call.streams = [];
  call.receiver.addEventListener('track', (event) => call.streams.push(event.streams[0]));
  for (const stream of streams) for (const track of stream.getTracks()) call.sender.addTrack(track, stream);
  await negotiate(call.sender, call.receiver);
  return call;
}
