// The WASM engine: packets come to a worker, an AudioWorklet decodes and mixes them; no element, no track.
// "wasm-loop" takes the mix through a connection of its own before it is played, so that echo can be cancelled.
import { socketAddress } from "./server_address.js";

const RATE_HZ = 48_000;
const LOOP_BIT_RATE = 128_000;

export class WasmAudio {
  constructor({ config }, clock) {
    Object.assign(this, { config, clock });
  }

  async join() {
    const { config } = this;
    this.context = new AudioContext({ sampleRate: RATE_HZ });
    await this.context.audioWorklet.addModule(new URL("./zoom_audio_worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "zoomAudioWorklet", { numberOfInputs: 0, outputChannelCount: [2] });
    this.node.port.onmessage = ({ data }) => { this.clock.delayMs = data.aheadMs; };
    const { port1, port2 } = new MessageChannel();
    this.node.port.postMessage({ packets: port2 }, [port2]);
    this.worker = new Worker(new URL("./audio_packets_worker.js", import.meta.url));
    const address = socketAddress(config, `/wc/media/${config.meetingNumber}`, { type: "a", cid: config.conID ?? "" });
    this.worker.postMessage({ address, packets: port1 }, [port1]);
    await new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.ready ? resolve() : reject(new Error("audio packets unreachable")));
    });
    await this.context.resume();
    if (config.variant.audio === "wasm-loop") await this.loop();
    else this.node.connect(this.context.destination);
  }

  async loop() {
    const mixed = this.context.createMediaStreamDestination();
    this.node.connect(mixed);
    const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    this.peers = [near, far];
    near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
    far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
    this.player = new Audio();
    far.ontrack = ({ streams }) => {
      this.player.srcObject = streams[0];
      this.player.play().catch(() => {});
    };
    const [track] = mixed.stream.getTracks();
    near.addTransceiver(track, { streams: [mixed.stream], sendEncodings: [{ maxBitrate: LOOP_BIT_RATE }] });
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
  }

  close() {
    this.worker?.terminate();
    for (const peer of this.peers ?? []) peer.close();
    if (this.player) this.player.srcObject = null;
    this.node?.disconnect();
    this.context?.close();
  }
}
