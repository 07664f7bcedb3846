// What a source's picture looks like in the recording: letterboxed, with a plate, as one VideoFrame.

const DRAWN_COLORS = { primaries: "smpte170m", transfer: "smpte170m", matrix: "smpte170m", fullRange: false };

class Stage {
  constructor(outputWidth, outputHeight) {
    this.outputWidth = outputWidth;
    this.outputHeight = outputHeight;
    this.planes = null; // the padded picture, kept between frames: its bars stay black
    this.shape = ""; // what this.planes was made for
    this.box = null;
    this.scratch = new Uint8Array(0);
    this.masks = new Map(); // "text|width|height" -> mask, most recent last
  }

  // A frame of the output's shape at the source's scale (the encoder scales it). The caller closes both.
  async compose(frame, plate, timestamp) {
    const { width, height } = frame.visibleRect;
    const fits = width * this.outputHeight === height * this.outputWidth && width % 2 === 0 && height % 2 === 0;
    if (fits && !plate && !frame.colorSpace.fullRange) return new VideoFrame(frame, { timestamp });
    this.prepare(width, height);
    await this.copyIn(frame, width, height);
    if (plate) this.addPlate(plate);
    const isDrawn = frame.format !== "I420" && frame.format !== "NV12";
    const colors = isDrawn ? DRAWN_COLORS : { ...frame.colorSpace.toJSON(), fullRange: false };
    return this.toFrame(this.planes, timestamp, colors);
  }

  card(card, timestamp) {
    const planes = drawCard(card, this.outputWidth, this.outputHeight);
    return this.toFrame(planes, timestamp, DRAWN_COLORS);
  }

  black(timestamp) {
    return this.toFrame(makePlanes(this.outputWidth, this.outputHeight), timestamp, DRAWN_COLORS);
  }

  toFrame(planes, timestamp, colorSpace) {
    const { width: codedWidth, height: codedHeight } = planes;
    const layout = layoutIn(planes, 0, 0);
    const init = { format: "I420", codedWidth, codedHeight, timestamp, layout, colorSpace };
    return new VideoFrame(planes.data, init);
  }

  prepare(width, height) {
    const shape = `${width}x${height}`;
    if (shape === this.shape) return;
    this.shape = shape;
    this.box = letterbox(width, height, this.outputWidth, this.outputHeight);
    this.planes = makePlanes(this.box.width, this.box.height);
  }

  async copyIn(frame, width, height) {
    const { planes } = this;
    const { left, top } = this.box;
    if (frame.format === "I420") {
      await frame.copyTo(planes.data, { layout: layoutIn(planes, left, top) });
    } else if (frame.format === "NV12") {
      await this.copyInterleaved(frame, width, height);
    } else {
      const rgba = this.scratchOf(width * height * 4);
      await frame.copyTo(rgba, { format: "RGBA", layout: [{ offset: 0, stride: width * 4 }] });
      rgbaIntoPlanes(rgba, width, height, planes, left, top);
      return;
    }
    if (frame.colorSpace.fullRange) limitRange(planes, width, height, left, top);
  }

  async copyInterleaved(frame, width, height) {
    const { planes } = this;
    const { left, top } = this.box;
    const chromaStride = Math.ceil(width / 2) * 2;
    const lumaBytes = width * height;
    const scratch = this.scratchOf(lumaBytes + chromaStride * Math.ceil(height / 2));
    const layout = [
      { offset: 0, stride: width },
      { offset: lumaBytes, stride: chromaStride },
    ];
    await frame.copyTo(scratch, { layout });
    for (let y = 0; y < height; y += 1) {
      planes.data.set(scratch.subarray(y * width, (y + 1) * width), (top + y) * planes.width + left);
    }
    chromaIntoPlanes(scratch.subarray(lumaBytes), width, height, planes, left, top);
  }

  scratchOf(bytes) {
    if (this.scratch.length < bytes) this.scratch = new Uint8Array(bytes);
    return this.scratch;
  }

  addPlate(text) {
    const { width, height } = this.planes;
    const key = `${text}|${width}|${height}`;
    let mask = this.masks.get(key);
    if (!mask) {
      mask = drawPlate(text, width, height);
      if (this.masks.size >= 16) this.masks.delete(this.masks.keys().next().value);
      this.masks.set(key, mask);
    }
    const margin = even(height * 0.033);
    blendMask(mask, this.planes, margin, even(height - mask.height - margin));
  }
}
