// Changes the rate of mono sound by a windowed sinc (32 taps, Kaiser window), at any ratio.
// Output sample i lies exactly at i / to seconds; what is not yet known at the right edge comes with the next push.
class Resampler {
  constructor(fromHz, toHz) {
    this.fromHz = fromHz;
    this.toHz = toHz;
    this.half = 16;
    this.phases = 256;
    this.table = Resampler.kernel(Math.min(1, toHz / fromHz) * 0.96, this.half, this.phases);
    this.history = new Float32Array(this.half);
    this.whole = this.half; // index in history of the input sample at or before the next output
    this.part = 0; // numerator over toHz of the rest
  }

  static kernel(cutoff, half, phases) {
    const bessel = (x) => {
      let sum = 1;
      for (let k = 1, term = 1; k < 24; k += 1) {
        term *= (x / (2 * k)) ** 2;
        sum += term;
      }
      return sum;
    };
    const taps = 2 * half;
    const table = [];
    for (let phase = 0; phase <= phases; phase += 1) {
      const row = new Float32Array(taps);
      let sum = 0;
      for (let k = 0; k < taps; k += 1) {
        const x = k - (half - 1) - phase / phases;
        const edge = Math.max(0, 1 - (x / half) ** 2);
        const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
        row[k] = (sinc * bessel(8 * Math.sqrt(edge))) / bessel(8);
        sum += row[k];
      }
      for (let k = 0; k < taps; k += 1) row[k] /= sum;
      table.push(row);
    }
    return table;
  }

  push(samples) {
    const input = new Float32Array(this.history.length + samples.length);
    input.set(this.history);
    input.set(samples, this.history.length);
    const taps = 2 * this.half;
    const output = [];
    while (this.whole + this.half < input.length) {
      const phase = (this.part * this.phases) / this.toHz;
      const low = Math.floor(phase);
      const weight = phase - low;
      const [a, b] = [this.table[low], this.table[low + 1]];
      const start = this.whole - this.half + 1;
      let sum = 0;
      for (let k = 0; k < taps; k += 1) sum += input[start + k] * (a[k] + weight * (b[k] - a[k]));
      output.push(sum);
      this.part += this.fromHz;
      this.whole += Math.floor(this.part / this.toHz);
      this.part %= this.toHz;
    }
    const done = Math.min(this.whole - this.half + 1, input.length);
    this.history = input.slice(done);
    this.whole -= done;
    return Float32Array.from(output);
  }
}
