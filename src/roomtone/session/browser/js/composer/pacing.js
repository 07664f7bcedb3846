// When a picture is encoded: never more than the highest rate, never less than the lowest. Pure; microseconds.

class Pacing {
  constructor(minFps, maxFps) {
    this.shortest = 1e6 / maxFps;
    this.longest = 1e6 / minFps;
    this.last = -Infinity; // stamp of the last picture
    this.earliest = -Infinity; // earliest stamp that keeps to the highest rate on average
    this.due = -Infinity; // latest stamp that keeps to the lowest rate on average
  }

  // Whether a source's picture may be encoded; jitter of most of a picture's length is let through.
  admits(stamp) {
    return stamp > this.last && stamp >= this.earliest - 0.75 * this.shortest;
  }

  // The stamp at which the last picture has to be repeated by `now`, or null. Half a length of grace: a
  // source just under the lowest rate gets a repeat now and then, not one for each picture.
  repeatStamp(now) {
    if (now < this.due + 0.5 * this.longest) return null;
    return Math.max(this.due, this.last + 0.5 * this.shortest, now - 12 * this.longest);
  }

  // A picture with this stamp was encoded.
  passed(stamp) {
    this.earliest = Math.max(this.earliest, stamp - this.shortest) + this.shortest;
    this.due = Math.min(Math.max(this.due, stamp - this.longest) + this.longest, stamp + 1.5 * this.longest);
    this.last = stamp;
  }
}

// Puts a source's timestamps on the capture clock. Remote tracks are stamped with it; anything else is shifted.
class SourceClock {
  constructor() {
    this.shift = null;
    this.lag = 0; // how far behind `now` pictures come, by their stamps
  }

  stamp(timestamp, now) {
    if (this.shift === null) this.shift = Math.abs(now - timestamp) < 1e6 ? 0 : now - timestamp;
    let stamp = timestamp + this.shift;
    if (Math.abs(now - stamp) > 2e6) {
      this.shift = now - timestamp;
      stamp = now;
    }
    this.lag += (Math.min(Math.max(now - stamp, 0), 2e5) - this.lag) * 0.1;
    return Math.round(stamp);
  }
}
