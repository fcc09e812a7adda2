/**
 * What was left unsent in this browser: it is sent from any page once the server can be reached
 * and its user is signed in. Text of other users is never touched. Signing out waits for it.
 */

import { keepNote, takeNote } from "./flushed.js";
import { announcePage, forget, importKey, isEmpty, leftBehind, livingPages, openStore, unseal } from "./journal.js";

const AGAIN = 15000; // ms
const PATIENCE = 8000; // ms that signing out waits

const body = document.body;
const user = body.dataset.user;
const line = document.getElementById("outbox");
const dialog = document.getElementById("unsent");

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

const post = (url, data, type) => fetch(url, {
  method: "POST",
  credentials: "same-origin",
  headers: {
    Accept: "application/json", "X-CSRFToken": token(), "X-Background": "yes", ...(type && { "Content-Type": type }),
  },
  body: data,
});

const callUrl = (call) => body.dataset.callUrl.replace("00000000-0000-0000-0000-000000000000", call);

/** What a field is called, roughly: the end of its name in words. */
const titleOf = (field) => {
  const words = field.split(".").at(-1).replaceAll("_", " ");
  const name = words === "text" ? field.split(".")[0] : words;
  return name[0].toUpperCase() + name.slice(1);
};

/** What this page is to a call whose text it sends: one key each, and known to be gone after it. */
const pages = new Map();
async function pageOf(db, call) {
  if (!pages.has(call)) {
    pages.set(call, crypto.randomUUID());
    await announcePage(db, pages.get(call), user, call);
  }
  return pages.get(call);
}

/** Send what one call left; returns what could not be sent: [{row, entry, why}]. */
async function sendCall(db, call, rows) {
  const answer = await post(`${callUrl(call)}outbox-key/`);
  if (!answer.ok) return rows.map((row) => ({ row, entry: null, why: "" }));
  const key = await importKey((await answer.json()).key);
  const opened = await Promise.all(rows.map(async (row) => ({ row, entry: await unseal(key, row) })));
  // What nobody can read any more goes after a day. A new row begins with what was typed first.
  const left = opened.filter(({ entry }) => entry).sort((a, b) => a.entry.at - b.entry.at);
  if (!left.length) return [];
  const page = await pageOf(db, call);
  const form = new URLSearchParams({ page });
  for (const gone of new Set(rows.map((row) => row.page))) form.append("instead", gone);
  const held = await post(`${callUrl(call)}hold/`, form);
  const isOpenElsewhere = held.ok && !(await held.json()).held;
  const rest = [];
  for (const { row, entry } of left) {
    if (isOpenElsewhere) rest.push({ row, entry, why: "open" });
    else {
      const why = await sendEntry(call, page, row, entry);
      if (why === "") await forget(db, [row]);
      else rest.push({ row, entry, why });
    }
  }
  if (held.ok) post(`${callUrl(call)}hold/`, new URLSearchParams({ page, leave: "yes" })).catch(() => {});
  return rest;
}

/** Send one field once; "" when it is stored, else why not. */
async function sendEntry(call, page, row, entry) {
  // The last key was meant for the next save of that page: sent twice, it changes nothing.
  const key = entry.after.at(-1) ?? crypto.randomUUID();
  const before = entry.after.slice(0, -1);
  if (entry.aside === undefined || entry.aside === null) {
    return sendText(call, row, entry, { text: entry.text, key, after: before, page });
  }
  // One half of a conflict waits to be put aside: it is stored first, and kept by the next save.
  const why = await sendText(call, row, entry, { text: entry.aside, key, after: before, page });
  if (why !== "") return why;
  return sendText(call, row, entry, { text: entry.text, key: crypto.randomUUID(), after: [key], page });
}

async function sendText(call, row, entry, about) {
  const save = { field: row.field, base: entry.base, ...about };
  if (entry.keep) save.keep = true;
  if (entry.row) save.row = entry.row;
  const url = `${callUrl(call)}save/`;
  const note = takeNote();
  const revisions = { ...(note?.url === url && note.revisions), [row.field]: entry.base };
  keepNote({ url, revisions, reloads: 0 }); // for whoever opens the call right now
  const response = await post(url, JSON.stringify(save), "application/json");
  if (response.ok) return "";
  takeNote();
  const answer = await response.json().catch(() => ({}));
  if (answer.reason === "stale") return answer.text === entry.text ? "" : "differs";
  if (answer.reason === "elsewhere") return "open";
  return response.status >= 500 || response.status === 403 ? "later" : "refused";
}

/** Send all that is left of this user; returns what could not be sent. */
async function sendAll(db) {
  const alive = await livingPages();
  const calls = new Map();
  for (const row of await leftBehind(db, user)) {
    if (!alive.has(row.page)) calls.set(row.call, [...(calls.get(row.call) ?? []), row]);
  }
  const rest = [];
  for (const [call, rows] of calls) rest.push(...(await sendCall(db, call, rows)));
  return rest;
}

/** Show quietly what could not be sent: where it can be settled, or the text itself, to copy. */
function tell(db, rest) {
  line.hidden = !rest.length;
  let list = line.querySelector("ul");
  if (!list) line.append((list = document.createElement("ul")));
  list.replaceChildren(...rest.filter(({ entry }) => entry).map(({ row, entry, why }) => {
    const item = document.createElement("li");
    if (why !== "refused") {
      const link = Object.assign(document.createElement("a"), { href: callUrl(row.call), textContent: "Open the call" });
      item.append(`${titleOf(row.field)}: another text stands there now. `, link);
      return item;
    }
    const details = document.createElement("details");
    details.append(Object.assign(document.createElement("summary"), {
      textContent: `${titleOf(row.field)}: the call takes no more changes from you`,
    }));
    details.append(Object.assign(document.createElement("pre"), { textContent: entry.text, className: "typed" }));
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "usa-button usa-button--outline", textContent: "I have copied it: remove it from this computer",
    });
    button.addEventListener("click", async () => {
      await forget(db, [row]);
      item.remove();
      line.hidden = !list.children.length;
    });
    details.append(button);
    item.append(details);
    return item;
  }));
}

let sending = null;

/** Send and show, one at a time. */
function send(db) {
  sending ??= sendAll(db)
    .then((rest) => {
      tell(db, rest);
      return rest;
    })
    .catch(() => null) // no network, or signed out: later
    .finally(() => {
      sending = null;
    });
  return sending;
}

async function keepSending(db) {
  if (!document.documentElement.classList.contains("is-locked")) await send(db);
  const isRest = (await leftBehind(db, user).catch(() => [])).length > 0;
  if (isRest) setTimeout(() => keepSending(db), AGAIN);
}

/** Whether calls are open in other pages of this browser, which go on writing their journal. */
async function areOthers() {
  const own = [...pages.values(), document.querySelector("[data-page]")?.dataset.page];
  return [...(await livingPages())].some((page) => !own.includes(page));
}

/** Signing out: what is unsent is waited for; then it is the person who decides. */
function guardSignOut(db) {
  const form = document.querySelector("form[data-sign-out]");
  if (!form) return;
  const leave = async () => {
    if (!(await areOthers()) && (await isEmpty(db))) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "storage", value: "empty" }));
    form.submit();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const until = Date.now() + PATIENCE;
    let mine = await leftBehind(db, user);
    while (mine.length && Date.now() < until) {
      const rest = await send(db);
      mine = await leftBehind(db, user);
      if (rest?.length) break; // asking again would change nothing
      if (mine.length) await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (mine.length) dialog.showModal();
    else leave();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "leave" && leave());
}

async function start() {
  const db = await openStore();
  if (!db) return;
  guardSignOut(db);
  if (document.querySelector("[data-save-url]")) return; // the call's own page looks after it
  window.addEventListener("online", () => send(db));
  document.addEventListener("session:unlocked", () => send(db));
  await keepSending(db);
}

if (user && line) start();
