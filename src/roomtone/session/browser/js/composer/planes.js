// I420 pictures in plain memory: letterboxing, plates, conversion. Nothing here allocates per frame.

const LUMA_BLACK = 16;
const CHROMA_NEUTRAL = 128;

// A black I420 picture. Even sizes only. Y at 0, stride `width`; U at `blue`, V at `red`, stride `width / 2`.
// A row is free after each plane: copyTo counts whole strides, so a picture set in from the left would reach
// into the next plane by its rule.
function makePlanes(width, height) {
  const blue = width * (height + 1);
  const red = blue + (width / 2) * (height / 2 + 1);
  const data = new Uint8Array(red + (width / 2) * (height / 2 + 1));
  data.fill(LUMA_BLACK, 0, blue);
  data.fill(CHROMA_NEUTRAL, blue);
  return { width, height, blue, red, data };
}

function even(value) {
  return Math.ceil(value / 2) * 2;
}

// The size around a picture that has the output's shape, and where the picture lies in it: even, centred.
function letterbox(width, height, outputWidth, outputHeight) {
  const inner = { width: even(width), height: even(height) };
  let outerWidth = inner.width;
  let outerHeight = inner.height;
  if (inner.width * outputHeight < inner.height * outputWidth) {
    outerWidth = even((inner.height * outputWidth) / outputHeight);
  } else {
    outerHeight = even((inner.width * outputHeight) / outputWidth);
  }
  return {
    width: outerWidth,
    height: outerHeight,
    left: Math.floor((outerWidth - width) / 4) * 2,
    top: Math.floor((outerHeight - height) / 4) * 2,
  };
}

// The layout of a picture at an even (left, top) of planes, for VideoFrame.copyTo and its constructor.
function layoutIn(planes, left, top) {
  const { width, blue, red } = planes;
  const chroma = (top / 2) * (width / 2) + left / 2;
  return [
    { offset: top * width + left, stride: width },
    { offset: blue + chroma, stride: width / 2 },
    { offset: red + chroma, stride: width / 2 },
  ];
}

// Limited-range BT.601 of one sRGB colour, as libyuv makes it for every camera.
function lumaOf(r, g, b) {
  return (66 * r + 129 * g + 25 * b + 4224) >> 8;
}
function blueOf(r, g, b) {
  return (-38 * r - 74 * g + 112 * b + 32896) >> 8;
}
function redOf(r, g, b) {
  return (112 * r - 94 * g - 18 * b + 32896) >> 8;
}

// Writes RGBA bytes (width x height) into I420 planes at an even (left, top); chroma is averaged over 2x2.
function rgbaIntoPlanes(rgba, width, height, planes, left, top) {
  const { width: stride, blue, red, data } = planes;
  for (let y = 0; y < height; y += 1) {
    let from = y * width * 4;
    let to = (top + y) * stride + left;
    for (let x = 0; x < width; x += 1, from += 4, to += 1) {
      data[to] = lumaOf(rgba[from], rgba[from + 1], rgba[from + 2]);
    }
  }
  for (let y = 0; y < height; y += 2) {
    const below = y + 1 < height ? width * 4 : 0;
    let to = ((top + y) / 2) * (stride / 2) + left / 2;
    for (let x = 0; x < width; x += 2, to += 1) {
      const a = (y * width + x) * 4;
      const b = x + 1 < width ? a + 4 : a;
      const r = (rgba[a] + rgba[b] + rgba[a + below] + rgba[b + below]) >> 2;
      const g = (rgba[a + 1] + rgba[b + 1] + rgba[a + below + 1] + rgba[b + below + 1]) >> 2;
      const u = (rgba[a + 2] + rgba[b + 2] + rgba[a + below + 2] + rgba[b + below + 2]) >> 2;
      data[blue + to] = blueOf(r, g, u);
      data[red + to] = redOf(r, g, u);
    }
  }
}

// Full-range samples brought to limited range, by value. One file keeps one range: players that believe the
// file's header would otherwise show some scenes washed out.
const LIMITED_LUMA = Uint8Array.from({ length: 256 }, (_, value) => Math.round(16 + (value * 219) / 255));
const LIMITED_CHROMA = Uint8Array.from({ length: 256 }, (_, value) => Math.round(128 + ((value - 128) * 224) / 255));

function limitRange(planes, width, height, left, top) {
  const { data } = planes;
  layoutIn(planes, left, top).forEach(({ offset, stride }, plane) => {
    const table = plane === 0 ? LIMITED_LUMA : LIMITED_CHROMA;
    const rowBytes = plane === 0 ? width : Math.ceil(width / 2);
    const rows = plane === 0 ? height : Math.ceil(height / 2);
    for (let y = 0; y < rows; y += 1) {
      const start = offset + y * stride;
      for (let at = start; at < start + rowBytes; at += 1) data[at] = table[data[at]];
    }
  });
}

// Splits the interleaved chroma of an NV12 picture into planes at an even (left, top); luma is there already.
function chromaIntoPlanes(interleaved, width, height, planes, left, top) {
  const { width: stride, blue, red, data } = planes;
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  for (let y = 0; y < chromaHeight; y += 1) {
    let from = y * chromaWidth * 2;
    let to = (top / 2 + y) * (stride / 2) + left / 2;
    for (let x = 0; x < chromaWidth; x += 1, from += 2, to += 1) {
      data[blue + to] = interleaved[from];
      data[red + to] = interleaved[from + 1];
    }
  }
}

// A drawing made ready for blending: each sample becomes (sample * keep + add) / 256. RGBA, even sizes.
function makeMask(rgba, width, height) {
  const mask = {
    width,
    height,
    lumaKeep: new Uint16Array(width * height),
    lumaAdd: new Uint16Array(width * height),
    chromaKeep: new Uint16Array((width * height) / 4),
    blueAdd: new Uint16Array((width * height) / 4),
    redAdd: new Uint16Array((width * height) / 4),
  };
  const chroma = new Float32Array(3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const [r, g, b, a] = rgba.subarray(at * 4, at * 4 + 4);
      mask.lumaKeep[at] = Math.round((1 - a / 255) * 256);
      mask.lumaAdd[at] = Math.round((lumaOf(r, g, b) * a * 256) / 255);
    }
  }
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      chroma.fill(0);
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [r, g, b, a] = rgba.subarray(at * 4, at * 4 + 4);
        chroma[0] += a / 4;
        chroma[1] += (blueOf(r, g, b) * a) / 4;
        chroma[2] += (redOf(r, g, b) * a) / 4;
      }
      const to = (y / 2) * (width / 2) + x / 2;
      mask.chromaKeep[to] = Math.round((1 - chroma[0] / 255) * 256);
      mask.blueAdd[to] = Math.round((chroma[1] * 256) / 255);
      mask.redAdd[to] = Math.round((chroma[2] * 256) / 255);
    }
  }
  return mask;
}

// Blends a mask into planes at an even (left, top); it must fit.
function blendMask(mask, planes, left, top) {
  const { width: stride, blue, red, data } = planes;
  for (let y = 0; y < mask.height; y += 1) {
    let from = y * mask.width;
    let to = (top + y) * stride + left;
    for (let x = 0; x < mask.width; x += 1, from += 1, to += 1) {
      data[to] = (data[to] * mask.lumaKeep[from] + mask.lumaAdd[from]) >> 8;
    }
  }
  for (let y = 0; y < mask.height / 2; y += 1) {
    let from = (y * mask.width) / 2;
    let to = (top / 2 + y) * (stride / 2) + left / 2;
    for (let x = 0; x < mask.width / 2; x += 1, from += 1, to += 1) {
      const keep = mask.chromaKeep[from];
      data[blue + to] = (data[blue + to] * keep + mask.blueAdd[from]) >> 8;
      data[red + to] = (data[red + to] * keep + mask.redAdd[from]) >> 8;
    }
  }
}
