// The bot's camera: where a picture was given, getUserMedia({video}) gives a stream of it; without one everything is
// as it was. Sound that is asked for beside comes from where it always came, which is bot_microphone.js.
//
//   globalThis.__roomtoneCamera.show(dataUrl | null) -> whether this page can have a camera
(() => {
  "use strict";
  const devices = globalThis.navigator?.mediaDevices;
  if (globalThis.__roomtoneCamera || !devices?.getUserMedia) return;

  const [WIDTH, HEIGHT] = [1280, 720];
  const PER_SECOND = 5;
  const others = devices.getUserMedia.bind(devices);
  let picture = null;
  let canvas = null;
  let timer = null;
  let tracks = [];

  // The canvas is painted only while somebody takes its stream: a still picture gives no frames by itself.
  const paint = () => {
    tracks = tracks.filter((track) => track.readyState === "live");
    if (tracks.length === 0) {
      clearInterval(timer);
      timer = null;
      return;
    }
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (picture) context.drawImage(picture, 0, 0, WIDTH, HEIGHT);
    else context.fillRect(0, 0, WIDTH, HEIGHT);
  };

  const stream = () => {
    if (!canvas) {
      canvas = document.createElement("canvas");
      canvas.width = WIDTH;
      canvas.height = HEIGHT;
    }
    canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    const made = canvas.captureStream(PER_SECOND);
    for (const track of made.getVideoTracks()) {
      const stop = track.stop.bind(track);
      tracks.push(track);
      track.stop = () => {
        stop();
        paint();
      };
    }
    timer ??= setInterval(paint, 1000 / PER_SECOND);
    paint();
    return made;
  };

  const ask = async (wanted) => {
    if (!picture || !wanted?.video) return others(wanted);
    const made = wanted.audio ? await others({ ...wanted, video: false }) : new MediaStream();
    for (const track of stream().getVideoTracks()) made.addTrack(track);
    return made;
  };
  devices.getUserMedia = ask;

  globalThis.__roomtoneCamera = {
    async show(dataUrl) {
      if (dataUrl === null) {
        picture = null;
        return true;
      }
      const loaded = new Image();
      loaded.src = dataUrl;
      await loaded.decode();
      picture = loaded;
      return true;
    },
  };
})();
