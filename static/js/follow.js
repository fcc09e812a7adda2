/**
 * A supervisor follows a call: the page asks every 2 s, as long as somebody sees it, for what it
 * does not have yet, and changes only the parts that changed. Nothing is scrolled, but the
 * narrative to its new end where its end was in view.
 */

import { change } from "./morph.js";

const EVERY = 2000; // ms
const PATIENCE = 8000; // ms for an answer: a connection that hangs must not look like a quiet call
const AT_END = 24; // px: the end of the narrative is in view
const NO_NETWORK = "The server cannot be reached. The line may not have been sent; press again when it can: it is sent once.";
const SIGNED_OUT = "You are signed out. The line was not sent: sign in, then press again.";
const OUT_OF_DATE = "This page is out of date. The line was not sent: copy it and reload the page.";

const root = document.querySelector("[data-follow]");
const form = document.querySelector("[data-line]");
const error = document.querySelector("[data-line-error]");
const trouble = document.querySelector("[data-trouble]");
const over = document.querySelector("[data-over]");
const narrative = root.querySelector("[data-part=narrative]");
let version = root.dataset.version;
let isOver = false;
let isAsking = false;
let timer = null;

/** Mark the parts that changed last; they were marked before those. */
function show(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  const wasAtEnd = narrative.scrollHeight - narrative.scrollTop - narrative.clientHeight < AT_END;
  for (const part of root.querySelectorAll("[data-part]")) {
    const fresh = page.content.querySelector(`[data-part="${part.dataset.part}"]`);
    part.removeAttribute("data-fresh");
    if (!fresh || fresh.outerHTML === part.outerHTML) continue;
    change(part, fresh);
    if (!["course", "lines"].includes(part.dataset.part)) part.dataset.fresh = "";
  }
  if (wasAtEnd) narrative.scrollTop = narrative.scrollHeight;
}

/** There is nothing more to follow: what stands here stays, to be read. */
function end(sentence) {
  isOver = true;
  form.hidden = true;
  root.querySelector("[data-part=lines]").replaceChildren();
  over.textContent = `${sentence} What stands here is how it was then. `;
  const link = document.createElement("a");
  link.href = root.dataset.record;
  link.textContent = "Open the record";
  over.append(link);
  over.hidden = false;
  document.querySelector("[data-seconds]")?.removeAttribute("data-seconds");
}

async function look() {
  const response = await fetch(`${root.dataset.follow}?version=${encodeURIComponent(version)}`, {
    headers: { Accept: "application/json", "X-Background": "yes" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status === 401) {
    document.dispatchEvent(new CustomEvent("session:lost"));
    throw new Error("signed out");
  }
  if (!response.ok) throw new Error(String(response.status));
  trouble.hidden = true;
  if (response.status === 204) return;
  const answer = await response.json();
  if (answer.over) return end(answer.over);
  version = answer.version;
  show(answer.html);
}

async function ask() {
  clearTimeout(timer);
  if (isOver || isAsking || document.hidden) return;
  isAsking = true;
  try {
    await look();
  } catch {
    trouble.hidden = false;
  }
  isAsking = false;
  timer = setTimeout(ask, EVERY);
}

async function send() {
  error.textContent = "";
  const sent = form.elements.text.value;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      signal: AbortSignal.timeout(PATIENCE),
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) {
      if (form.elements.text.value === sent) form.elements.text.value = ""; // else more was typed meanwhile
      form.elements.key.value = crypto.randomUUID();
    } else if (response.status === 401) error.textContent = SIGNED_OUT;
    else if (response.status === 403) error.textContent = OUT_OF_DATE;
    else error.textContent = answer.error ?? "The server has trouble. Press again: it is sent once.";
  } catch {
    error.textContent = NO_NETWORK;
  }
  form.elements.text.toggleAttribute("aria-invalid", false);
  if (error.textContent) form.elements.text.setAttribute("aria-invalid", "true");
  form.elements.text.focus();
  ask();
}

let isSending = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  await send();
  isSending = false;
});
document.addEventListener("visibilitychange", ask);
document.addEventListener("session:unlocked", ask);
narrative.scrollTop = narrative.scrollHeight;
timer = setTimeout(ask, EVERY);
