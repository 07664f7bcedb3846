// Our own microphone, camera and shared screen: taken on a click, fine without.
const LEVEL_PERIOD_MS = 200;

export class Devices {
  constructor({ send, notice, element, changed }) {
    Object.assign(this, { send, notice, element, changed });
    this.main = new MediaStream();
    this.share = new MediaStream();
    this.onTracks = () => {};
    element("microphone").onclick = () => this.setMicrophone(!this.track("audio"));
    element("camera").onclick = () => this.setCamera(!this.track("video"));
    element("share").onclick = () => this.setShare(!this.share.getTracks().length);
    for (const id of ["microphone", "camera", "share"]) element(id).setAttribute("aria-pressed", "false");
  }

  track(kind) {
    return this.main.getTracks().find((track) => track.kind === kind) ?? null;
  }

  tracks() {
    return [this.track("audio"), this.track("video"), this.share.getVideoTracks()[0] ?? null];
  }

  state() {
    return {
      microphone: Boolean(this.track("audio")),
      camera: Boolean(this.track("video")),
      sharing: this.share.getTracks().length > 0,
      streams: { main: this.main.id, share: this.share.id },
    };
  }

  announce() {
    const state = this.state();
    this.element("microphone").setAttribute("aria-pressed", String(state.microphone));
    this.element("camera").setAttribute("aria-pressed", String(state.camera));
    this.element("share").setAttribute("aria-pressed", String(state.sharing));
    this.send({ type: "state", ...state });
    this.changed(state);
    this.onTracks();
  }

  async setMicrophone(on) {
    if (!on) this.drop(this.main, "audio");
    else await this.take(() => navigator.mediaDevices.getUserMedia({ audio: true }), this.main, "microphone");
    this.measure();
    this.announce();
  }

  async setCamera(on) {
    const wanted = { video: { width: 1280, height: 720 } };
    if (!on) this.drop(this.main, "video");
    else await this.take(() => navigator.mediaDevices.getUserMedia(wanted), this.main, "camera");
    this.announce();
  }

  async setShare(on) {
    if (!on) this.drop(this.share, "video");
    else await this.take(() => navigator.mediaDevices.getDisplayMedia({ video: true }), this.share, "screen");
    this.announce();
  }

  async take(ask, stream, what) {
    try {
      for (const track of (await ask()).getTracks()) {
        if (this.closed) track.stop();
        else stream.addTrack(track);
        track.addEventListener("ended", () => { stream.removeTrack(track); this.announce(); });
      }
    } catch (problem) {
      this.notice(problem.name === "NotFoundError" ? `No ${what} was found` : `The ${what} cannot be used`);
    }
  }

  drop(stream, kind) {
    for (const track of stream.getTracks().filter((each) => each.kind === kind)) {
      track.stop();
      stream.removeTrack(track);
    }
  }

  // Tell the server how loud we are, so that it can say who speaks.
  measure() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    const track = this.track("audio");
    if (!track) return;
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      this.send({ type: "level", level: Math.sqrt(power) });
    }, LEVEL_PERIOD_MS);
  }

  close() {
    this.closed = true;
    clearInterval(this.timer);
    this.context?.close();
    for (const track of [...this.main.getTracks(), ...this.share.getTracks()]) track.stop();
  }
}
