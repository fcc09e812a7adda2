/**
 * What was left unsent in this browser: it is sent from any page once the server can be reached
 * and its user is signed in. Text of other users is never touched. Signing out waits for it.
 */

import { keepNote, takeNote } from "./flushed.js";
import { announcePage, forget, importKey, isEmpty, leftBehind, livingPages, openStore, unseal } from "./journal.js";

const AGAIN = 15000; // ms
const PATIENCE = 8000; // ms that signing out waits, and for one answer
const AFTER = 20; // keys that a save may name

const body = document.body;
const user = body.dataset.user;
const line = document.getElementById("outbox");
const dialog = document.getElementById("unsent");

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

let db = null;

/** Do something with the store; a sign-out on another page may have cleared it, and so closed it. */
async function withStore(run) {
  try {
    return await run();
  } catch (trouble) {
    if (trouble?.name !== "InvalidStateError") throw trouble;
    db = (await openStore()) ?? db;
    return run();
  }
}

const post = (url, data, type) => fetch(url, {
  method: "POST",
  signal: AbortSignal.timeout(PATIENCE),
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
async function pageOf(call) {
  if (!pages.has(call)) {
    pages.set(call, crypto.randomUUID());
    await announcePage(db, pages.get(call), user, call);
  }
  return pages.get(call);
}

/** What was answered once and for all: it is not asked again by itself. Row's id: {row, entry, why}. */
const settled = new Map();

/** Send what one call left; returns what could not be sent: [{row, entry, why, sentence}]. */
async function sendCall(call, rows) {
  const answer = await post(`${callUrl(call)}outbox-key/`);
  if (!answer.ok) return rows.map((row) => ({ row, entry: null, why: "" }));
  const key = await importKey((await answer.json()).key);
  const opened = await Promise.all(rows.map(async (row) => ({ row, entry: await unseal(key, row) })));
  // What nobody can read any more goes after a day. A new row begins with what was typed first.
  const left = opened.filter(({ entry }) => entry).sort((a, b) => a.entry.at - b.entry.at);
  if (!left.length) return [];
  const page = await pageOf(call);
  const form = new URLSearchParams({ page });
  for (const gone of new Set(rows.map((row) => row.page))) form.append("instead", gone);
  const held = await post(`${callUrl(call)}hold/`, form);
  const isOpenElsewhere = held.ok && !(await held.json()).held;
  const rest = [];
  for (const { row, entry } of left) {
    if (isOpenElsewhere) rest.push({ row, entry, why: "open" });
    else {
      const answer = await sendEntry(call, page, row, entry);
      const one = { row, entry, ...answer };
      if (answer.why === "") await forget(db, [row]);
      else rest.push(one);
      if (["refused", "differs"].includes(answer.why)) settled.set(row.id, one);
    }
  }
  if (held.ok) post(`${callUrl(call)}hold/`, new URLSearchParams({ page, leave: "yes" })).catch(() => {});
  return rest;
}

/** Send one field once; returns {why, sentence}, `why` empty when it is stored. */
async function sendEntry(call, page, row, entry) {
  // The last key was meant for the next save of that page: sent twice, it changes nothing.
  const key = entry.after.at(-1) ?? crypto.randomUUID();
  const before = entry.after.slice(0, -1);
  if (entry.aside === undefined || entry.aside === null) {
    return sendText(call, row, entry, { text: entry.text, key, after: before, page });
  }
  // One half of a conflict waits to be put aside: it is stored first, and kept by the next save.
  const answer = await sendText(call, row, entry, { text: entry.aside, key, after: before, page });
  if (answer.why !== "") return answer;
  const after = [...entry.after.slice(1 - AFTER), key];
  return sendText(call, row, entry, { text: entry.text, key: crypto.randomUUID(), after, page });
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
  if (response.ok) return { why: "" };
  takeNote();
  const answer = await response.json().catch(() => ({}));
  if (answer.reason === "stale") return { why: answer.text === about.text ? "" : "differs" };
  if (answer.reason === "elsewhere") return { why: "open" };
  if ([400, 404, 409, 413, 422].includes(response.status)) return { why: "refused", sentence: answer.error };
  return { why: "later" };
}

/** Send all that is left of this user; returns what could not be sent. */
async function sendAll() {
  const alive = await livingPages();
  const calls = new Map();
  const rest = [];
  for (const row of await leftBehind(db, user)) {
    if (settled.has(row.id)) rest.push(settled.get(row.id));
    else if (!alive.has(row.page)) calls.set(row.call, [...(calls.get(row.call) ?? []), row]);
  }
  for (const [call, rows] of calls) rest.push(...(await sendCall(call, rows)));
  return rest;
}

const SENTENCES = {
  open: "the call is open on another page, which writes it now.",
  differs: "another text stands there now.",
  later: "the server did not take it yet; it is tried again.",
};
let told = "";

/** Show quietly what could not be sent: where it can be settled, or the text itself, to copy. */
function tell(rest) {
  const news = rest.map(({ row, why }) => `${row.id} ${why}`).join("\n");
  if (news === told) return; // whoever reads or copies it is not disturbed
  told = news;
  line.hidden = !rest.length;
  let list = line.querySelector("ul");
  if (!list) line.append((list = document.createElement("ul")));
  list.replaceChildren(...rest.filter(({ entry }) => entry).map(({ row, entry, why, sentence }) => {
    const item = document.createElement("li");
    if (why !== "refused") {
      const link = Object.assign(document.createElement("a"), { href: callUrl(row.call), textContent: "Open the call" });
      item.append(`${titleOf(row.field)}: ${SENTENCES[why]} `, link);
      return item;
    }
    const details = document.createElement("details");
    details.append(Object.assign(document.createElement("summary"), {
      textContent: `${titleOf(row.field)} could not be stored. ${sentence ?? "The call takes no more changes from you."}`,
    }));
    details.append(Object.assign(document.createElement("pre"), { textContent: entry.text, className: "typed" }));
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "usa-button usa-button--outline", textContent: "I have copied it: remove it from this computer",
    });
    button.addEventListener("click", async () => {
      await withStore(() => forget(db, [row]));
      settled.delete(row.id);
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
function send() {
  sending ??= withStore(sendAll)
    .then((rest) => {
      tell(rest);
      return rest;
    })
    .catch(() => null) // no network, or signed out: later
    .finally(() => {
      sending = null;
    });
  return sending;
}

async function keepSending() {
  if (!document.documentElement.classList.contains("is-locked")) await send();
  const left = await withStore(() => leftBehind(db, user)).catch(() => []);
  if (left.some((row) => !settled.has(row.id))) setTimeout(keepSending, AGAIN);
}

/** Whether calls are open in other pages of this browser, which go on writing their journal. */
async function areOthers() {
  const own = [...pages.values(), document.querySelector("[data-page]")?.dataset.page];
  return [...(await livingPages())].some((page) => !own.includes(page));
}

/** Signing out: what is unsent is waited for; then it is the person who decides. */
function guardSignOut(opening) {
  const form = document.querySelector("form[data-sign-out]");
  if (!form) return;
  const leave = async () => {
    const isClean = db && !(await areOthers()) && (await withStore(() => isEmpty(db)).catch(() => false));
    if (isClean) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "storage", value: "empty" }));
    form.submit();
  };
  /** Wait for what is unsent; resolves to whether some of it is left. A store that fails holds nobody up. */
  const isLeft = async () => {
    const until = Date.now() + PATIENCE;
    const left = () => withStore(() => leftBehind(db, user)).catch(() => []);
    await opening;
    let mine = db ? await left() : [];
    while (mine.length && Date.now() < until) {
      const late = new Promise((resolve) => setTimeout(resolve, until - Date.now()));
      const rest = await Promise.race([send(), late]);
      mine = await left();
      if (rest?.length) break; // asking again would change nothing
      if (mine.length) await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return mine.length > 0;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const label = button.textContent;
    button.textContent = "Saving…"; // it may take some seconds
    const isWaiting = await isLeft();
    button.textContent = label;
    if (isWaiting) dialog.showModal();
    else leave();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "leave" && leave());
}

async function start() {
  const opening = openStore();
  guardSignOut(opening.then((store) => (db = store)));
  if (!(await opening)) return;
  db = await opening;
  if (document.querySelector("[data-save-url]")) return; // the call's own page looks after it
  window.addEventListener("online", send);
  document.addEventListener("session:unlocked", send);
  await keepSending();
}

if (user && line) start();
