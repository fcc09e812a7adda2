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
const TOLD_EVERY = 30000; // ms: reading is activity too, and the server learns of it
const PATIENCE = 15000; // ms for one answer
const LOOK = 3000; // ms between two looks whether somebody signed in elsewhere

const dialog = document.getElementById("lock");
const warning = document.getElementById("idle-warning");
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("hotline-session") : null;
let session = body.dataset.session; // a mark of the session that stands, not its key
let lastActive = now();
let lastTold = Date.now();
let isLocked = false;
let isIdle = false; // locked because nobody touched it: only the password opens it
let mustEnd = false; // the session that stood then is not over yet, as far as this page knows
let caret = null; // where the worker was: {element, start, end}
let looking = null;

/** Both clocks: the wall's runs while the machine sleeps, the page's cannot be set back. */
function now() {
  return { wall: Date.now(), page: performance.now() };
}

/** How long nobody was there, in ms. */
const idleFor = () => Math.max(Date.now() - lastActive.wall, performance.now() - lastActive.page);

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

function setToken(value) {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = value;
}

const ask = (url, options = {}) => fetch(url, {
  credentials: "same-origin",
  signal: AbortSignal.timeout(PATIENCE),
  headers: { Accept: "application/json", "X-Background": "yes", ...options.headers },
  method: options.method ?? "GET",
  body: options.body,
});

/** Who is signed in in this browser: {user, token, session}; null where the server is out of reach. */
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
  session = who.session;
  isLocked = isIdle = mustEnd = false;
  lastActive = now();
  lastTold = Date.now();
  dialog.querySelector("form").reset();
  dialog.close();
  document.documentElement.classList.remove("is-locked");
  goBack();
  document.dispatchEvent(new CustomEvent("session:unlocked"));
  channel?.postMessage("active");
  channel?.postMessage({ user, session });
}

/** Another user: this page is emptied and left. Unsent text stays sealed in the journal. */
function leave() {
  document.dispatchEvent(new CustomEvent("session:stranger"));
  document.querySelector("main")?.remove();
  location.replace("/");
}

/**
 * Notice a sign-in in another tab, and that somebody else is signed in now. A page that was told
 * of a sign-out looks also while nobody sees it, and covers itself where it cannot be sure.
 */
async function look(isTold = false) {
  clearTimeout(looking);
  const isSeen = !document.hidden || isIdle || isTold;
  const who = isSeen ? await endedFirst(await whoIsThere()) : null;
  if (who?.user && who.user !== user) leave();
  else if (!isLocked && (who ? !who.user : isTold)) lose();
  else if (isLocked && who?.user) goOn(who);
  else if (isLocked) looking = setTimeout(() => look(), LOOK);
}

/** Who is there; a session that nobody touched is ended first, where that did not arrive before. */
async function endedFirst(who) {
  if (!mustEnd || !who) return who;
  if (who.user !== user) {
    mustEnd = false;
    return who;
  }
  setToken(who.token);
  return (await endSession()) ? whoIsThere() : null;
}

async function signIn(event) {
  event.preventDefault();
  const error = dialog.querySelector("[data-lock-error]");
  const form = new FormData(event.target);
  error.textContent = "";
  const there = await endedFirst(await whoIsThere());
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
    if (answer.next) return askFurther(answer.next);
  } catch {
    error.textContent = "The server cannot be reached. What you typed is kept; try again when it can.";
  }
  const password = dialog.querySelector("input[name=password]");
  password.value = "";
  password.focus();
}

/** The second factor is given on a page of its own; this one notices when somebody is signed in. */
function askFurther(address) {
  const link = dialog.querySelector("[data-new-tab]");
  link.href = address;
  link.textContent = "Give the second factor on a new tab";
  dialog.querySelector("input[name=password]").value = "";
  link.focus();
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
  if (idleFor() >= IDLE) return void watch(); // a machine that wakes up is locked, not touched
  lastActive = now();
  hideWarning();
  if (!isHere) return;
  channel?.postMessage("active");
  if (Date.now() - lastTold < TOLD_EVERY && Date.now() >= lastTold) return;
  lastTold = Date.now();
  tell();
}

/** Tell the server that somebody is there, and learn who it is to the server. */
async function tell() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(body.dataset.tokenUrl, { credentials: "same-origin", headers });
    if (response.status === 401) return lose();
    if (!response.ok) return undefined;
    const who = await response.json();
    if (who.user !== user) return leave();
    if (!isLocked) session = who.session;
  } catch {
    // The queue of saves says that the server cannot be reached.
  }
  return undefined;
}

/** End the session; false where the server did not hear of it. */
async function endSession() {
  const post = () => ask(body.dataset.lockUrl, { method: "POST", headers: { "X-CSRFToken": token() } });
  try {
    let response = await post();
    if (response.status === 403) {
      const who = await whoIsThere(); // signed in anew since: the page's token is old
      if (who?.user !== user) return Boolean(who);
      setToken(who.token);
      response = await post();
    }
    channel?.postMessage("ended");
    mustEnd = !(response.ok || response.status === 401);
    return !mustEnd;
  } catch {
    return false; // it is tried again before anybody goes on here; the server ends it by itself too
  }
}

function watch() {
  const idle = idleFor();
  if (!isLocked && idle >= IDLE) {
    isIdle = mustEnd = true;
    cover("Nobody touched this screen for a while.");
  } else if (!isLocked && idle >= IDLE - WARNING && warning.hidden) {
    noteCaret();
    const at = new Date(Date.now() + IDLE - idle).toLocaleTimeString("en-US", {
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
    else if (data === "ended") look(true);
    else if (data.user !== user) leave(); // somebody else signed in here
    else if (!isLocked) session = data.session; // a new mark of who is signed in all the same
    else if (data.session !== session) mustEnd = false; // the password was given on another page
  });
  channel?.postMessage({ user, session });
  setInterval(watch, 1000);
  document.addEventListener("visibilitychange", () => {
    watch();
    if (!document.hidden) look();
  });
  window.addEventListener("focus", () => look());
  document.addEventListener("session:lost", lose);
  document.addEventListener("session:other", leave);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => isLocked && dialog.showModal()); // Escape twice
  dialog.querySelector("form").addEventListener("submit", signIn);
  warning.querySelector("button").addEventListener("click", () => stay());
  // A page from the back-forward cache may be another person's: it is loaded anew.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
