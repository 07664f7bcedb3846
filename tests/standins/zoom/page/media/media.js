// What the client page calls for sound and pictures: one engine of each kind, by the words of the variant.
import { Bridge } from "./bridge.js";
import { Wmsc } from "./wmsc.js";
import { WasmAudio } from "./wasm_audio.js";
import { PacketPictures } from "./packet_pictures.js";
import { RtcPictures } from "./rtc_pictures.js";
import { PlayoutClock } from "./playout_clock.js";

const JOIN_TIMEOUT_MS = 10_000;
const ENGINES = { webrtc: Bridge, wmsc: Wmsc, wasm: WasmAudio, "wasm-loop": WasmAudio };

const clock = new PlayoutClock();
let context = null;
let engine = null;
let pictures = null;

// Name the meeting before audio is joined, for pictures that come earlier.
export function useMedia(given) {
  context = given;
}

export async function joinAudio(given) {
  context = given;
  leaveAudioOnly();
  const joining = new ENGINES[given.config.variant.audio](given, clock);
  engine = joining;
  const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("timeout")), JOIN_TIMEOUT_MS); });
  try {
    await Promise.race([joining.join(), late]);
  } catch (problem) {
    joining.close();
    if (engine === joining) engine = null;
    throw problem;
  }
}

// The meeting is left: nothing is heard or seen any more.
export function leaveAudio() {
  leaveAudioOnly();
  pictures?.close();
  pictures = null;
}

export function attachVideo(container, participantId) {
  return pictureEngine().attach(container, Number(participantId), false);
}

export function attachShare(container, participantId) {
  return pictureEngine().attach(container, Number(participantId), true);
}

function leaveAudioOnly() {
  engine?.close();
  engine = null;
}

function pictureEngine() {
  if (!context) throw new Error("pictures need useMedia or joinAudio first");
  const kind = context.config.variant.picture;
  pictures ??= kind === "video-tracks" ? new RtcPictures(context, clock) : new PacketPictures(context, clock, kind);
  return pictures;
}
