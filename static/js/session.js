/**
 * The session of a signed-in page: it is locked when nobody touches it, covered when the session
 * is over, and goes on in place when the same user signs in again.
 *
 * Other scripts hear `session:locked` and `session:unlocked` on the document, and may send
 * `session:lost` when the server told them that nobody is signed in.
 */

const body = document.body;
const user = body.dataset.user;
const IDLE = Number(body.dataset.idle) * 1000; // ms
const WARNING = Math.min(120000, IDLE / 2); // ms ahead
const TOLD_EVERY = 60000; // ms: reading is activity too, and the server learns of it
const LOOK = 3000; // ms between two looks whether somebody signed in elsewhere

const dialog = document.getElementById("lock");
const warning = document.getElementById("idle-warning");
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("hotline-session") : null;
let lastActive = Date.now();
let lastTold = Date.now();
let isLocked = false;
let caret = null; // where the worker was: {element, start, end}
let looking = null;

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

function setToken(value) {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = value;
}

const ask = (url, options = {}) => fetch(url, {
  credentials: "same-origin",
  headers: { Accept: "application/json", "X-Background": "yes", ...options.headers },
  method: options.method ?? "GET",
  body: options.body,
});

/** Who is signed in in this browser: {user, token}; null where the server cannot be reached. */
async function whoIsThere() {
  try {
    const response = await ask(body.dataset.loginUrl);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function noteCaret() {
  const element = document.activeElement;
  if (!element || element === body || dialog.contains(element)) return;
  let [start, end] = [null, null];
  try {
    [start, end] = [element.selectionStart, element.selectionEnd];
  } catch {
    // A control without a caret.
  }
  caret = { element, start, end };
}

function goBack() {
  if (!caret?.element.isConnected) return;
  caret.element.focus({ preventScroll: true });
  if (typeof caret.start === "number") caret.element.setSelectionRange(caret.start, caret.end);
}

/** Cover the page. What is typed stays under the cover; nothing of it can be seen or reached. */
function cover(sentence) {
  if (isLocked) return;
  isLocked = true;
  noteCaret();
  hideWarning();
  document.documentElement.classList.add("is-locked");
  dialog.querySelector("[data-why]").textContent = sentence;
  dialog.querySelector("[data-lock-error]").textContent = "";
  for (const open of document.querySelectorAll("dialog[open]")) if (open !== dialog) open.close();
  dialog.showModal();
  dialog.querySelector("input[name=password]").focus();
  document.dispatchEvent(new CustomEvent("session:locked"));
  look();
}

/** Somebody is signed in: the same user goes on, anybody else gets nothing of this page. */
function goOn(who) {
  if (who.user !== user) {
    leave();
    return;
  }
  clearTimeout(looking);
  setToken(who.token);
  isLocked = false;
  lastActive = lastTold = Date.now();
  dialog.querySelector("form").reset();
  dialog.close();
  document.documentElement.classList.remove("is-locked");
  goBack();
  document.dispatchEvent(new CustomEvent("session:unlocked"));
  channel?.postMessage("active");
}

/** Another user: this page is emptied and left. Unsent text stays sealed in the journal. */
function leave() {
  document.dispatchEvent(new CustomEvent("session:stranger"));
  document.querySelector("main")?.remove();
  location.replace("/");
}

/** Notice a sign-in in another tab. */
async function look() {
  clearTimeout(looking);
  if (!isLocked) return;
  const who = document.hidden ? null : await whoIsThere();
  if (isLocked && who?.user) goOn(who);
  else if (isLocked) looking = setTimeout(look, LOOK);
}

async function signIn(event) {
  event.preventDefault();
  const error = dialog.querySelector("[data-lock-error]");
  const form = new FormData(event.target);
  error.textContent = "";
  const there = await whoIsThere();
  if (!there) {
    error.textContent = "The server cannot be reached. What you typed is kept; try again when it can.";
    return;
  }
  if (there.user) return goOn(there);
  try {
    const response = await ask(body.dataset.loginUrl, {
      method: "POST", body: form, headers: { "X-CSRFToken": there.token },
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok && answer.user) return goOn(answer);
    error.textContent = answer.error ?? "The server has trouble. What you typed is kept; try again.";
  } catch {
    error.textContent = "The server cannot be reached. What you typed is kept; try again when it can.";
  }
  const password = dialog.querySelector("input[name=password]");
  password.value = "";
  password.focus();
}

function hideWarning() {
  if (warning.hidden) return;
  const hadFocus = warning.contains(document.activeElement);
  warning.hidden = true;
  if (hadFocus) goBack();
}

/** Somebody is there. */
function stay(isHere = true) {
  if (isLocked) return;
  lastActive = Date.now();
  hideWarning();
  if (!isHere) return;
  if (lastActive - lastTold < TOLD_EVERY) return;
  lastTold = lastActive;
  channel?.postMessage("active");
  fetch(body.dataset.tokenUrl, { credentials: "same-origin", headers: { Accept: "application/json" } })
    .then((response) => response.status === 401 && lose())
    .catch(() => {});
}

async function lock() {
  try {
    await ask(body.dataset.lockUrl, { method: "POST", headers: { "X-CSRFToken": token() } });
  } catch {
    // The server ends the session by itself.
  }
  channel?.postMessage("locked");
}

function watch() {
  const idle = Date.now() - lastActive;
  if (!isLocked && idle >= IDLE) {
    cover("Nobody touched this screen for a while.");
    lock();
  } else if (!isLocked && idle >= IDLE - WARNING && warning.hidden) {
    noteCaret();
    const at = new Date(lastActive + IDLE).toLocaleTimeString("en-US", {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: body.dataset.zone,
    });
    warning.querySelector("[data-at]").textContent = at;
    warning.hidden = false;
  }
}

const lose = () => cover("Your session is over.");

if (user && dialog) {
  for (const type of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    let last = 0;
    document.addEventListener(type, () => {
      if (Date.now() - last < 1000 && warning.hidden) return;
      last = Date.now();
      stay();
    }, { capture: true, passive: true });
  }
  channel?.addEventListener("message", ({ data }) => {
    if (data === "active") stay(false);
    if (data === "locked") whoIsThere().then((who) => who && who.user !== user && lose());
  });
  setInterval(watch, 1000);
  document.addEventListener("visibilitychange", () => {
    watch();
    if (!document.hidden) look();
  });
  window.addEventListener("focus", look);
  document.addEventListener("session:lost", lose);
  document.addEventListener("session:other", leave);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => isLocked && dialog.showModal()); // Escape twice
  dialog.querySelector("form").addEventListener("submit", signIn);
  warning.querySelector("button").addEventListener("click", () => stay());
  // A page from the back-forward cache may be another person's: it is loaded anew.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
