// How large a stream is encoded, and how dearly. Pure.

const SMALLEST_SIDE = 16;
const BITS_PER_PIXEL = 0.07;
const LEAST_BITS = 100_000;
const MOST_BITS = 1_200_000;
const CONFIRM_US = 2_000_000; // another size of the same shape is followed when it has lasted this long

// The size to encode a picture of this size at: as it is, or scaled down to the longest side; sides are even.
function encodedSize(width, height, longestSide) {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const side = (length) => Math.max(SMALLEST_SIDE, Math.round((length * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

function bitsPerSecond({ width, height }, fps) {
  return Math.round(Math.min(MOST_BITS, Math.max(LEAST_BITS, width * height * fps * BITS_PER_PIXEL)));
}

// Follows the sizes of a source. A sender under load changes its size for moments; each change is a new file.
class SizeChoice {
  constructor(longestSide) {
    this.longestSide = longestSide;
    this.size = null;
    this.other = null;
    this.otherSince = 0;
  }

  // Takes a picture's size; whether the encoder has to be set up anew for `this.size`.
  take(width, height, stamp) {
    const wanted = encodedSize(width, height, this.longestSide);
    if (this.size && wanted.width === this.size.width && wanted.height === this.size.height) {
      this.other = null;
      return false;
    }
    if (!this.other || this.other.width !== wanted.width || this.other.height !== wanted.height) {
      this.other = wanted;
      this.otherSince = stamp;
    }
    const isSameShape =
      this.size && Math.abs(wanted.width / wanted.height / (this.size.width / this.size.height) - 1) < 0.02;
    if (isSameShape && stamp - this.otherSince < CONFIRM_US) return false;
    this.size = wanted;
    this.other = null;
    return true;
  }
}
