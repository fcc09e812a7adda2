/**
 * This page and the others in which the same call is open: one writes, the others are read-only.
 * The page says every few seconds that it is there, and takes over only when it is told to.
 */

import { announcePage, deadPages, forgetPages } from "../journal.js";
import { hasHalfTyped, markTabs } from "./fields.js";

const EVERY = 10000; // ms
const PATIENCE = 15000; // ms: one that hangs must not make this page look gone
const NEAR = 4000; // ms: help was asked for or somebody follows, and a line may come (assist.js)
const AGAIN = [300, 1000]; // ms: a page that is just closing is waited for before anything is said

/** Make what is typed and chosen on the page unchangeable, or changeable again. */
export function setReadOnly(root, isReadOnly) {
  for (const box of root.querySelectorAll("textarea, input:not([type=radio], [type=checkbox], [type=hidden])")) {
    if (isReadOnly && !box.readOnly) box.dataset.wasOpen = "";
    if (isReadOnly) box.readOnly = true;
    else if ("wasOpen" in box.dataset) {
      box.readOnly = false;
      delete box.dataset.wasOpen;
    }
  }
  const stays = "[role=tab], [data-open-dialog], [data-toggle-timer], [data-take-over], [data-stays], [data-stays] *, [aria-disabled], dialog *";
  for (const control of root.querySelectorAll("button, select, input[type=radio], input[type=checkbox]")) {
    if (control.matches(stays)) continue;
    if (isReadOnly && !control.disabled) {
      control.disabled = true;
      control.dataset.wasOn = "";
    } else if (!isReadOnly && "wasOn" in control.dataset) {
      control.disabled = false;
      delete control.dataset.wasOn;
    }
  }
  root.classList.toggle("is-read-only", isReadOnly);
}

/** Mark the boxes whose text was not sent, so that it can be found and copied. */
export function markUnsent(root, saver) {
  const unsent = [...saver.fields.values()].filter((field) => saver.isDirty(field)).map((field) => field.name);
  for (const control of root.querySelectorAll("[data-field]")) {
    control.toggleAttribute("data-unsent", unsent.includes(control.dataset.field));
  }
  markTabs([...root.querySelectorAll("[data-field][data-unsent]")], "not sent");
  return unsent.length;
}

/** Start being one page among others; returns what the end of saving needs. */
export function startPage(root, saver, { db, user, call }) {
  const notice = document.getElementById("elsewhere");
  const words = notice?.querySelector("[data-elsewhere]");
  const others = document.getElementById("others");
  const url = root.dataset.holdUrl;
  const opened = new Date().toLocaleTimeString("en-US", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone,
  });
  let isOver = false;
  let timer = null;
  root.dataset.page = saver.page;

  const body = (about) => new URLSearchParams({ page: saver.page, ...about });
  const ask = (form, options = {}) => fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRFToken": saver.token, "X-Background": "yes" },
    body: form,
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
  });

  function look(sentence) {
    if (!notice) return;
    const unsent = markUnsent(root, saver);
    const kept = unsent
      ? ` What was typed here and not sent is marked; it stays here.`
      : "";
    if (words.textContent !== sentence + kept) words.textContent = sentence + kept;
    notice.hidden = false;
    setReadOnly(root, true);
  }

  function write() {
    if (notice && !notice.hidden) {
      notice.hidden = true;
      setReadOnly(root, false);
      markUnsent(root, saver);
    }
  }

  /** Show who writes. The first answer to a page says nothing of what it missed: it is new. */
  function show(answer, isFirst = false) {
    if (others) others.hidden = !answer.held || !answer.others;
    if (answer.held) {
      if (saver.isElsewhere || (answer.regained && !isFirst)) return goOn();
      return write();
    }
    saver.isElsewhere = true;
    saver.report();
    const seen = answer.seen < 15 ? "a moment ago" : `${answer.seen} s ago`;
    return look(`This call is open in another tab or on another machine since ${answer.since}, last there ${seen}. Here it can be read as it stood at ${opened}.`);
  }

  /**
   * Write here from now on. What others typed meanwhile is shown first; unsent text of this page
   * comes back from the journal.
   */
  async function goOn() {
    await saver.journal?.write();
    if ((saver.hasUnsaved && !saver.journal?.works) || hasHalfTyped()) {
      saver.writeAgain();
      return write();
    }
    isOver = true;
    document.dispatchEvent(new CustomEvent("call:kept"));
    return location.reload();
  }

  /** Say that this page is there; resolves to the answer, or null where there is none. */
  async function hold(about = {}) {
    const form = body(about);
    const gone = await deadPages(db, user, call).catch(() => []);
    for (const page of gone.slice(0, 20)) form.append("instead", page);
    const asked = performance.now();
    try {
      const response = await ask(form);
      if (response.status === 401) saver.lock();
      if (response.status === 403) await saver.check();
      if (!response.ok) return null;
      const answer = await response.json();
      root.dispatchEvent(new CustomEvent("assist:state", { detail: { asked, told: answer.assist } }));
      if (answer.held && gone.length) await forgetPages(db, gone).catch(() => {});
      return answer;
    } catch {
      return null; // the queue of saves says that the server cannot be reached
    }
  }

  async function begin() {
    await announcePage(db, saver.page, user, call);
    let answer = await hold();
    for (const wait of AGAIN) {
      if (!answer || answer.held) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
      answer = await hold();
    }
    if (answer) show(answer, true);
    later();
    return answer?.held ?? true;
  }

  async function ping() {
    if (isOver) return;
    if (!saver.isLocked && !saver.frozen && !saver.handedOver) {
      const answer = await hold();
      if (answer) show(answer);
    }
    later();
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ping, "near" in root.dataset ? NEAR : EVERY);
  }

  root.addEventListener("assist:near", later);
  notice?.querySelector("[data-take-over]").addEventListener("click", async () => {
    const answer = await hold({ take: "yes" });
    if (answer?.held) await goOn();
    else if (!answer) look("The server cannot be reached, so this call was not taken over. Try again when it can.");
  });
  saver.on.elsewhere = async (sentence) => {
    look(sentence);
    const answer = await hold();
    if (answer) show(answer);
  };
  window.addEventListener("pagehide", () => {
    isOver = true;
    ask(body({ leave: "yes" }), { keepalive: true }).catch(() => {});
  });
  return { begin };
}
