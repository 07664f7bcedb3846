// The web client: what comes before the form, the form, the join, then the meeting.
import { make, text, wait } from "./markup.js";
import { openerFor, SignallingClient } from "./signalling/signalling_client.js";
import { clearTheWay } from "./preview/obstacles.js";
import { ClassicForm } from "./preview/classic_form.js";
import { PreviewDevices, ReactForm } from "./preview/react_form.js";
import { joinAnswered } from "./preview/join_answers.js";
import { pageInsteadOfForm } from "./preview/closed_doors.js";
import { happened } from "./happenings.js";
import { Stay } from "./meeting/stay.js";

const LOADING_MS = 1200;
const HANG_AFTER_FORM_MS = 400;
const HANG_AFTER_JOIN_MS = 50;
const config = window.MeetingConfig;
const root = document.getElementById("root");
const { outcome, form: formKind, signalling: way } = config.variant;

function loading() {
  root.replaceChildren(make("div", { class: "loading-layer", role: "status" }, make("div", { class: "loading-layer__spinner" }), make("div", {}, text("joining_meeting"))));
}

function hang() {
  for (;;) { /* the page never answers again */ }
}

async function post(fields) {
  const passcode = fields.pwd || new URLSearchParams(location.search).get("pwd") || "";
  const answer = await fetch(`/wc/${config.meetingNumber}/join`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ meetingId: config.meetingNumber, name: fields.name, pwd: passcode, email: fields.email ?? "", captchaVerifyHash: fields.captcha }),
  });
  if (!answer.ok) throw new Error(`join answered ${answer.status}`);
  return { passcode, answer: await answer.json() };
}

async function join(fields, form, signalling) {
  happened("join_pressed");
  if (outcome === "page-hangs-on-join") setTimeout(hang, HANG_AFTER_JOIN_MS);
  let posted;
  try {
    if (outcome === "page-hangs-on-join") await wait(2 * HANG_AFTER_JOIN_MS);
    posted = await post(fields);
  } catch {
    pageInsteadOfForm(root, "something-wrong");
    return;
  }
  if (!joinAnswered({ answer: posted.answer, form, config })) return;
  Object.assign(config, posted.answer.result?.MeetingConfig, { variant: config.variant });
  document.cookie = `wc_dn=${encodeURIComponent(fields.name)}; path=/`;
  loading();
  const stay = new Stay({ config, root, signalling, name: fields.name, devices: form.devices, passcode: posted.passcode, email: fields.email });
  stay.launch();
}

async function start() {
  if (outcome === "blank") return;
  loading();
  await wait(LOADING_MS);
  if (pageInsteadOfForm(root, outcome)) return;
  const signalling = new SignallingClient(await openerFor(way));
  try {
    await signalling.connect(config);
  } catch {
    pageInsteadOfForm(root, "unreachable");
    return;
  }
  signalling.listen((message) => { if (message.evt === 4130) signalling.session = message.body; });
  await clearTheWay({ config, root });
  const Form = formKind === "classic" ? ClassicForm : ReactForm;
  const form = new Form({ config, root, devices: new PreviewDevices(), join: (fields) => join(fields, form, signalling) });
  form.show();
  happened("form_shown");
  if (outcome === "page-hangs") setTimeout(hang, HANG_AFTER_FORM_MS);
}

start();
