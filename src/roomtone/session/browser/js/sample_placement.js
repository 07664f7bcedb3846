// Places counted samples on a clock by stamps that jitter and sometimes jump without reason.
// All times are microseconds of one clock; samples are counted at 48,000 Hz.
class SamplePlacement {
  constructor() {
    this.nextUs = null; // clock of the next sample
    this.biasUs = 0; // what the stamps are known to be wrong by
    this.gaps = 0;
    this.jumps = 0;
  }

  // Where counting begins, given the stamp of a later sample and how many samples lie before it.
  begin(stampUs, samplesBefore) {
    this.nextUs = stampUs - (samplesBefore * 1e6) / 48000;
  }

  // Takes the next samples; gives the clock of the first and the silence before it (0 or over 100 ms).
  place(stampUs, arrivalUs, samples) {
    const deviationUs = stampUs - this.biasUs - this.nextUs;
    let gapUs = 0;
    if (Math.abs(deviationUs) <= 100000) {
      this.nextUs += deviationUs * 0.002; // follows the drift of two clocks, not the jitter
    } else if (deviationUs > 0 && stampUs - this.biasUs <= arrivalUs + 20000) {
      gapUs = deviationUs;
      this.nextUs += deviationUs;
      this.gaps += 1;
    } else {
      // Nothing is recorded before the last sample was or after it is heard: the stamps jumped.
      this.biasUs += deviationUs;
      this.jumps += 1;
    }
    const clockUs = this.nextUs;
    this.nextUs += (samples * 1e6) / 48000;
    return { clockUs, gapUs };
  }
}
