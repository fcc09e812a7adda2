/**
 * The editor of a draft of the question sets: saved while it is typed like a call, brought anew when
 * something else of it changed – by a button here, by somebody elsewhere, or in the checks.
 */

import { controlOf, show, startSaving } from "./call/fields.js";
import { startHistory } from "./call/history.js";
import { restoreLeft } from "./call/left.js";
import { Journal, importKey, openStore } from "./journal.js";
import { change } from "./morph.js";

const EVERY = 5000; // ms between looks at what others changed
const SOON = 700; // ms after a save: the checks are shown anew
const PATIENCE = 20000; // ms
const STORE = "hotline-drafts"; // apart from the calls: a draft is no case

const root = document.querySelector("[data-editor]");
const form = document.getElementById("draft-form"); // of all of the editor; each button names it
const news = root.querySelector("[data-news]");
const desk = () => root.querySelector("[data-draft]");
const saver = root.dataset.saveUrl ? startSaving(root) : null;
let timer = null;
let isAsking = false;
let isOver = false;
let isPressing = false;
let presses = 0;
let returnTo = null; // the box in which a key was pressed that moves its row

function say(sentence, isCare = true) {
  news.textContent = sentence;
  news.hidden = !sentence;
  news.classList.toggle("notice--care", isCare);
}

/** What somebody else wrote comes into boxes in which nothing is being written here. */
function followFields(fresh) {
  for (const its of fresh.querySelectorAll("[data-field]")) {
    const [name, revision, text] = [its.dataset.field, Number(its.dataset.revision), its.value];
    const control = root.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const field = saver.fields.get(name);
    if (!field || (!control && !saver.isDirty(field))) saver.watch(name, text, revision);
    else if (!control || control.closest("[data-gone]")) {
      its.value = field.text; // it is back, and so is what was typed in it
      saver.tryAgain(field);
    } else if (revision > field.revision && !saver.isDirty(field)) {
      saver.watch(name, text, revision);
      show(control, text);
      control.dataset.revision = revision;
      document.querySelector(`input[name="${CSS.escape(`base:${name}`)}"]`).value = `${revision}-`;
    }
  }
}

const typedIn = (row) =>
  [...row.querySelectorAll("[data-field]")].filter((control) => {
    const field = saver.fields.get(control.dataset.field);
    return field && saver.isDirty(field);
  });

/** What was taken out while something was typed in it here stays in view, and says so. */
function keepTyped(fresh) {
  for (const row of desk().querySelectorAll(".editor-pair")) {
    const key = row.dataset.key;
    const set = fresh.querySelector(`[data-key="${CSS.escape(row.closest(".editor-set").dataset.key)}"]`);
    if (fresh.querySelector(`[data-key="${CSS.escape(key)}"]`) || !set || !typedIn(row).length) continue;
    const kept = row.cloneNode(true);
    for (const tool of kept.querySelectorAll(":is(button, select)[form], .editor-remarks .editor-about")) tool.remove();
    if (!kept.querySelector("[data-drop]")) kept.prepend(goneNote());
    kept.dataset.gone = "";
    set.append(kept);
  }
}

function goneNote() {
  const note = document.createElement("div");
  note.className = "notice notice--care";
  note.dataset.key = "gone";
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "usa-button usa-button--outline button--small", textContent: "Drop what I typed here" });
  drop.dataset.drop = "";
  const words = document.createElement("p");
  words.textContent = "Somebody took this out while you typed. What you typed is kept here and not saved: copy what you need, or ask for it to be brought back.";
  note.append(words, drop);
  return note;
}

/** Words that an earlier page left for something that is not in the draft any more. */
function showHomeless() {
  for (const name of saver.waitingForWorker) {
    if (controlOf(name)) continue;
    const { text } = saver.fields.get(name);
    saver.fields.delete(name); // nothing here waits for it; the journal keeps it until it is dropped
    const note = goneNote();
    note.dataset.homeless = name;
    note.firstChild.textContent = "Something that you typed earlier was not saved: what it belongs to was taken out. It is kept here, on this machine, for a day: copy what you need, or ask for it to be brought back.";
    note.insertBefore(Object.assign(document.createElement("pre"), { className: "conflict-stored", textContent: text }), note.lastChild);
    news.after(note);
  }
  saver.report();
}

root.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-drop]");
  if (!drop) return;
  const row = drop.closest("[data-gone], [data-homeless]");
  const names = row.dataset.homeless ? [row.dataset.homeless] : typedIn(row).map((control) => control.dataset.field);
  for (const name of names) saver.drop(name);
  row.remove();
  desk().focus();
});

/** Show the draft as the server has it now; what has the focus keeps it. */
function showDraft(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-draft]");
  if (!fresh) return [];
  for (const details of desk().querySelectorAll("details[data-keeps-open][data-key]")) {
    const other = fresh.querySelector(`[data-key="${CSS.escape(details.dataset.key)}"]`);
    if (other) other.open = details.open;
  }
  const known = new Set([...desk().querySelectorAll(".editor-pair")].map((pair) => pair.dataset.key));
  if (saver) {
    followFields(fresh);
    keepTyped(fresh);
  }
  change(desk(), fresh);
  showPublish(page.querySelector("[data-part=publish]"));
  root.dispatchEvent(new CustomEvent("call:changed"));
  return [...desk().querySelectorAll(".editor-pair")].filter((pair) => !known.has(pair.dataset.key));
}

/** Beside Publish stands how many remarks are open; with another count the tick is gone. */
function showPublish(fresh) {
  const part = root.querySelector("[data-part=publish]");
  const count = (one) => one?.querySelector("input")?.value ?? "0";
  if (part && fresh && count(part) !== count(fresh)) part.replaceChildren(...fresh.childNodes);
}

async function look() {
  const before = presses;
  const response = await fetch(`${root.dataset.stateUrl}?version=${root.dataset.version}`, {
    headers: { Accept: "application/json", "X-Background": "yes" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status === 401) return document.dispatchEvent(new CustomEvent("session:lost"));
  if (response.status === 404) {
    isOver = true;
    return say("This draft was discarded. What you typed stays on this page until you leave it: copy what you need.");
  }
  if (!response.ok || response.status === 204) return undefined;
  const answer = await response.json();
  if (presses !== before) return undefined; // a button was pressed meanwhile: its answer is newer
  if (answer.status !== root.dataset.status) {
    isOver = true;
    return say(saver?.hasUnsaved
      ? "This draft was given to review or published. What you typed last is not in it: it stays on this page until you leave it. Copy it, or have the edition taken back as a draft."
      : "This edition is in another state now. Reload the page to see it.");
  }
  const reviewed = document.querySelector("input[name=reviewed]");
  if (reviewed && reviewed.value !== answer.reviewed) {
    say("This edition was taken back and given to review again since you opened the page. Below stands what it is now; reload the page to publish it.");
  }
  root.dataset.version = answer.version;
  return showDraft(answer.html);
}

function ask(wait = EVERY) {
  clearTimeout(timer);
  if (isOver) return;
  timer = setTimeout(async () => {
    if (!isAsking && !document.hidden) {
      isAsking = true;
      await look().catch(() => {}); // later
      isAsking = false;
    }
    ask();
  }, wait);
}

/** Where the caret goes after a button was pressed that may not be there any more. */
function refocus(button, added, place) {
  const box = returnTo;
  returnTo = null;
  if (box?.isConnected) return box.focus();
  if (added.length) return added[0].querySelector("textarea")?.focus();
  if (button.isConnected) return button.focus();
  const undo = button.value.startsWith("remove:") && desk().querySelector("[data-undo-row]");
  if (undo) return undo.focus();
  const pairs = [...desk().querySelectorAll(".editor-pair")];
  return (pairs[Math.min(place, pairs.length - 1)] ?? desk()).focus();
}

/** What a button sends: not the fields, which are saved by themselves, nor remarks of others. */
function bodyOf(button) {
  const body = new URLSearchParams(new FormData(form, button));
  const own = button.name === "remark_on" ? `remark:${button.value}` : "";
  for (const name of [...body.keys()]) if (name.startsWith("remark:") && name !== own) body.delete(name);
  return body;
}

/** One press at a time: whoever types on while an answer is awaited presses nothing twice. */
async function press(button) {
  if (isPressing || button.getAttribute("aria-disabled") === "true") return;
  isPressing = true;
  try {
    await carryOut(button);
  } finally {
    isPressing = false;
  }
}

async function carryOut(button) {
  if (saver && !(await saver.drain())) {
    say("Not done: something typed here is not saved yet. It is kept; press again when it is saved.");
    return;
  }
  const pairs = [...desk().querySelectorAll(".editor-pair")];
  const place = pairs.indexOf(button.closest(".editor-pair"));
  presses += 1;
  try {
    const response = await fetch(button.formAction, { method: "POST", credentials: "same-origin", body: bodyOf(button), signal: AbortSignal.timeout(PATIENCE) });
    if (response.status === 401 || new URL(response.url).pathname.startsWith("/accounts/")) {
      document.dispatchEvent(new CustomEvent("session:lost"));
      return;
    }
    if (!response.ok && response.status !== 409) throw new Error(String(response.status));
    const html = await response.text();
    const page = new DOMParser().parseFromString(html, "text/html");
    root.dataset.version = page.querySelector("[data-editor]")?.dataset.version ?? root.dataset.version;
    const isRefused = page.querySelector(".messages .usa-alert--error") !== null;
    if (!isRefused && button.name === "remark_on") {
      const about = button.closest("details");
      about.removeAttribute("open");
      about.querySelector("textarea").value = "";
    }
    const added = showDraft(html);
    const told = page.querySelector(".messages .usa-alert__text")?.textContent.trim() ?? "";
    const gone = button.value.startsWith("remove:") ? "Taken out. Undo, where it stood, brings it back." : "";
    say(told || (isRefused ? "" : gone), Boolean(told));
    refocus(button, added, place);
  } catch {
    say("The server could not be reached. Nothing was lost; press again.");
  }
}

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.hasAttribute("formaction")) {
    if (!saver) return; // remarks on what is in review
    event.preventDefault();
    saver.hurry();
  } else if (!button.hasAttribute("data-leaves")) {
    event.preventDefault();
    await press(button);
  } else if (saver?.hasUnsaved) {
    event.preventDefault();
    if (await saver.drain()) form.requestSubmit(button);
    else say("Not everything is saved yet. What you typed is kept; press again when it is saved.");
  }
});

/** The fields are saved by themselves: no button sends them a second time. */
form.addEventListener("formdata", ({ formData }) => {
  if (!saver) return;
  for (const name of [...formData.keys()]) if (/^(base:|keep:|prompt\.|set\.)/.test(name)) formData.delete(name);
});

/** Who discards a draft lets go of what is not saved, too. */
root.querySelector("form[data-discards]")?.addEventListener("submit", () => {
  document.dispatchEvent(new CustomEvent("call:kept"));
});

/** A check's link puts the caret into the box that it speaks of. */
root.addEventListener("click", (event) => {
  const link = event.target.closest(".editor-aside a[href^='#prompt-']");
  const place = link && document.getElementById(link.hash.slice(1));
  const language = /Spanish/.test(link?.textContent ?? "") ? "es" : "en";
  const box = place?.querySelector(`textarea[lang=${language}]`) ?? place?.querySelector("textarea");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.scrollIntoView({ block: "center" });
});

root.addEventListener("keydown", (event) => {
  const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (way && event.altKey && !event.ctrlKey && !event.metaKey) {
    const button = event.target.closest(".editor-pair")?.querySelector(`button[value^="${way}:"]`);
    if (!button) return;
    event.preventDefault();
    returnTo = event.target;
    button.click();
  } else if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    saver?.hurry();
  }
});

/** Signing out waits for what is not saved, once; pressed again it does not. */
function guardSignOut() {
  let isAsked = false;
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", async (event) => {
    if (isAsked || !saver.hasUnsaved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const late = new Promise((resolve) => setTimeout(() => resolve(false), PATIENCE));
    isAsked = true;
    if (await Promise.race([saver.drain(), late])) event.target.requestSubmit();
    else say("Not everything is saved. Stay, or press Sign out again: what is not saved is lost then.");
  }, { capture: true });
}

/** Keep in this browser what is not acknowledged, and take up what a page that is gone left. */
async function startKeeping() {
  saver.look(true);
  const given = root.dataset.outboxKey;
  delete root.dataset.outboxKey;
  const db = await openStore(STORE);
  let journal = null;
  if (db && given) {
    const about = { user: saver.user, call: root.dataset.edition, page: saver.page };
    journal = new Journal({ db, key: await importKey(given), ...about, name: STORE, onChange: () => saver.report() });
    await journal.announce();
    saver.keepJournal(journal);
    await restoreLeft(root, saver, journal);
  }
  saver.look(false);
  return journal;
}

if (saver) {
  const kept = startKeeping();
  startHistory(root, saver, {
    load: async () => (await kept)?.note() ?? null,
    save: async (notes) => (await kept)?.keepNote(notes),
  });
  guardSignOut();
  root.addEventListener("call:stored", () => ask(SOON));
  kept.then(() => {
    root.dataset.ready = "";
    saver.drain().then(showHomeless);
  });
} else root.dataset.ready = "";
document.addEventListener("visibilitychange", () => !document.hidden && ask(0));
ask();
