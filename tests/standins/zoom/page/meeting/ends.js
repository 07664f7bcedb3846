// How a meeting ends or is refused: the dialogs by 7939's reason and by 4098's result.
import { openDialog, reconnectDialog } from "../dialogs.js";
import { text, wait } from "../markup.js";

const UNSEEN_DELAY_MS = 2500;

// [title, second line, button]; null: straight to the leave page.
const REASONS = {
  2: null, 7: ["end_removed_title", "end_removed", "Exit"], 8: ["end_by_host", null, "OK"], 17: ["end_by_host", null, "OK"],
  10: ["end_free", "end_thanks", "OK"], 15: ["end_plain", null, "OK"],
};
const LATE_REASONS = {
  1: null, 18: null, 6: ["end_removed_title", "end_removed", "Exit"], 9: ["end_other_meeting", null, "OK"], 11: ["end_has_ended", null, "OK"],
  12: ["another_device", null, "OK"], 14: ["end_plain", null, "OK"], 16: ["end_admin", null, "OK"],
};
const RESULTS = {
  12: ["unable_join_this", "locked", "Exit"], 103039: ["removed_before", null, "Leave"], 3009: ["removed_before", null, "Leave"], 9: ["unable_join_this", "meeting_full", "Exit"],
  6: ["unable_join_this", "meeting_over", "Exit"], 103043: ["unable_join_this", "rejected", "Exit"], 103003: ["unable_join_this", "end_has_ended", "Exit"],
  3000: ["unable_join_this", "another_meeting", "Exit"], 3004: ["unable_join_this", "number_wrong", "Exit"],
};

export function goAway(config) {
  // In the frame of the web app the whole page goes.
  window.top.location.href = config.leaveUrl;
}

function tell(row, config, { label, shown }) {
  if (row === null) return goAway(config);
  const [title, line, button] = row;
  return openDialog({ title: text(title), lines: line ? [text(line)] : [], label, shown, buttons: [[button, () => goAway(config), { primary: true }]] });
}

export async function meetingEnded(reason, config, retry) {
  const ended = { label: text("end_aria"), shown: "ended_shown" };
  if (reason in REASONS) return tell(REASONS[reason], config, ended);
  await wait(UNSEEN_DELAY_MS);
  if (reason === 3) return reconnectDialog({ report: () => {}, retry, leave: () => goAway(config), lost: true });
  return tell(LATE_REASONS[reason] ?? ["end_plain", null, "OK"], config, ended);
}

export function joinRefused(result, config, retry) {
  if (result === 3008) return reconnectDialog({ report: () => {}, retry, leave: () => goAway(config) });
  const row = RESULTS[result];
  if (row) return tell(row, config, { shown: "refusal_shown" });
  return openDialog({ title: text("fail_to_join"), lines: ["Error Code:1"], shown: "refusal_shown", buttons: [["Leave", () => goAway(config), { primary: true }]] });
}
