// Sends the reference page's forms to this server, and shows what it answers.
"use strict";

const LONGEST_SHOWN = 200_000;

function requestOf(form) {
  const query = new URLSearchParams();
  const headers = {};
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("input[data-in]")) {
    if (field.value === "") continue;
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    if (field.dataset.in === "query") query.append(field.name, field.value);
    if (field.dataset.in === "header") headers[field.name] = field.value;
  }
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = `Token ${key}`;
  const request = { method: form.dataset.method, headers };
  if (form.elements.body) {
    headers["Content-Type"] = "application/json";
    request.body = form.elements.body.value;
  }
  return [query.size ? `${path}?${query}` : path, request];
}

async function contentOf(answer) {
  const kind = answer.headers.get("Content-Type") || "";
  const isText = kind.startsWith("text/") || /json|subrip/.test(kind);
  if (!isText) {
    const blob = await answer.blob();
    return `${blob.size} bytes of ${kind || "no declared type"}`;
  }
  const text = await answer.text();
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, LONGEST_SHOWN);
  } catch {
    return text.slice(0, LONGEST_SHOWN);
  }
}

async function send(form) {
  const shown = form.nextElementSibling;
  const [line, content] = [shown.querySelector("p"), shown.querySelector("pre")];
  const button = form.querySelector("button");
  shown.hidden = false;
  content.textContent = "";
  button.disabled = true;
  try {
    const [url, request] = requestOf(form);
    line.textContent = `${request.method} ${url}`;
    const began = performance.now();
    const answer = await fetch(url, request);
    line.textContent += ` answered ${answer.status} ${answer.statusText} after ${Math.round(performance.now() - began)} ms`;
    content.textContent = await contentOf(answer);
  } catch (problem) {
    line.textContent += ` failed: ${problem.message}`;
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  form.querySelector("select.examples")?.addEventListener("change", (event) => {
    form.elements.body.value = event.target.value;
  });
}
