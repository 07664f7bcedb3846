// Pages that misbehave on purpose, to try deadlines on: the main thread is kept busy for long, or for ever.
const BUSY_MS = 4000;
const FREE_MS = 3000;
const NEVER_AFTER_MS = 500;

function block(duration) {
  const until = performance.now() + duration;
  while (performance.now() < until);
}

export function makeTrouble(variant) {
  if (variant === "slow_page") setInterval(() => block(BUSY_MS), BUSY_MS + FREE_MS);
  if (variant === "never_answers") setTimeout(() => block(Infinity), NEVER_AFTER_MS);
}
