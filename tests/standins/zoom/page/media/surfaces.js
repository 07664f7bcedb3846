// What pictures are shown on. `show(frame)` borrows a VideoFrame; `remove()` takes the element away.
const STYLE = "display:block;width:100%;height:100%;object-fit:contain";

const EVERY_SECOND_PX = 400;

export class CanvasSurface {
  constructor(container, { share }) {
    this.element = document.createElement("canvas");
    this.element.className = share ? "sharee-container__canvas" : "video-canvas";
    this.element.style.cssText = STYLE;
    container.append(this.element);
    this.context = this.element.getContext("2d", { alpha: false });
    this.shown = 0;
  }

  // Drawn no larger than it is seen; a small one shows every second picture.
  show(frame) {
    const { element } = this;
    const seen = Math.max(160, element.clientWidth * devicePixelRatio);
    if (++this.shown % 2 === 0 && seen <= EVERY_SECOND_PX) return;
    const scale = Math.min(1, seen / frame.displayWidth);
    const width = Math.round(frame.displayWidth * scale);
    const height = Math.round(frame.displayHeight * scale);
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    this.context.drawImage(frame, 0, 0, width, height);
  }

  remove() {
    this.element.remove();
  }
}

export class PlayerSurface {
  constructor(container, { node }) {
    const [holder, player] = [document.createElement("video-player-container"), document.createElement("video-player")];
    this.element = holder;
    holder.style.cssText = player.style.cssText = STYLE;
    player.setAttribute("node-id", String(node));
    player.append(videoElement());
    holder.append(player);
    container.append(holder);
    this.track = new MediaStreamTrackGenerator({ kind: "video" });
    this.writer = this.track.writable.getWriter();
    player.firstChild.srcObject = new MediaStream([this.track]);
  }

  show(frame) {
    if (this.writer.desiredSize > 0) this.writer.write(frame.clone()).catch(() => {});
  }

  remove() {
    this.track.stop();
    this.element.remove();
  }
}

export function videoElement() {
  const video = document.createElement("video");
  video.style.cssText = STYLE;
  video.autoplay = video.muted = video.playsInline = true;
  return video;
}
