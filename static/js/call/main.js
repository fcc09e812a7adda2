/** Starts the call screen and the wrap-up; each part looks after itself where it is absent. */

import { startAssist } from "./assist.js";
import { secondsOf } from "./clock.js";
import { startDecide } from "./decide.js";
import { startEnding } from "./ending.js";
import { startHandOver } from "./hand_over.js";
import { controlOf, startSaving } from "./fields.js";
import { startHistory } from "./history.js";
import { startJump, startKeys } from "./keys.js";
import { startOtherSide } from "./other_side.js";
import { keepPreferences, mine, readPreferences } from "./preferences.js";
import { startSnippets } from "./snippets.js";
import { Journal, importKey, openStore } from "../journal.js";
import { restoreLeft } from "./left.js";
import { startPage } from "./pages.js";
import { startMatches } from "./matches.js";
import { startMissing } from "./missing.js";
import { startQuotes } from "./quotes.js";
import { startRemarks } from "./remarks.js";
import { startRows } from "./rows.js";
import { startSupports } from "./supports.js";
import { showPanel, startTabs } from "./tabs.js";
import { startVersions } from "./versions.js";

function startTimer(root) {
  const timer = document.getElementById("call-timer");
  const button = root.querySelector("[data-toggle-timer]");
  if (!timer) return;
  const draw = () => {
    const seconds = secondsOf(root);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const two = (number) => String(number).padStart(2, "0");
    timer.textContent = `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
  };
  draw();
  if (!root.dataset.endedAt) setInterval(draw, 1000);
  const hide = (isHidden) => {
    timer.hidden = isHidden;
    button.textContent = timer.hidden ? "Show timer" : "Hide timer";
    button.setAttribute("aria-pressed", String(timer.hidden));
  };
  if (mine.layout.is_timer_hidden) hide(true);
  button?.addEventListener("click", () => {
    hide(!timer.hidden);
    keepPreferences({ layout: { is_timer_hidden: timer.hidden } });
  });
}

function startLanguage(root) {
  const select = controlOf("call.language");
  const draw = () => {
    root.dataset.language = select.value;
    for (const text of root.querySelectorAll(".prompt-es")) text.hidden = select.value !== "es";
  };
  if (!select) return;
  draw();
  // It is recorded for this call. In which language new calls begin is chosen in the preferences:
  // one call in Spanish must not make the next one Spanish too.
  select.addEventListener("change", draw);
}

/** Between the narrative and the answer that was typed in last. */
function startToggle(root) {
  const narrative = controlOf("narrative.text");
  let answer = null;
  root.addEventListener("focusin", (event) => {
    if (event.target.closest(".prompt textarea, .prompt-region")) answer = event.target;
  });
  return () => {
    const first = [...root.querySelectorAll(".prompt-core textarea")].find((box) => box.offsetParent);
    if (document.activeElement === narrative) (answer?.offsetParent ? answer : first)?.focus();
    else narrative?.focus();
  };
}

/**
 * The key of this call's outbox. It came with the page, so that a network that dies at once leaves
 * no page without a journal; it is taken out of the page and kept where no script can read it.
 */
function takeKey(root, saver) {
  const given = root.dataset.outboxKey;
  delete root.dataset.outboxKey;
  return given ? importKey(given) : fetchKey(root.dataset.keyUrl, saver);
}

/** The key asked for until it comes: a page whose call was handed over meanwhile had none. */
async function fetchKey(url, saver) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
    try {
      const { ok, status, answer } = await saver.ask(url, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": saver.token, "X-Background": "yes" },
      });
      if (ok) return await importKey(answer.key);
      if (status === 404) return null;
    } catch {
      // Later.
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * Keep what is typed in this browser too, be one page among others, and take up what was left.
 * Resolves to the journal, or to null where there is none.
 */
async function startKeeping(root, saver) {
  const [user, call] = [saver.user, root.dataset.callId];
  saver.look(true);
  const taken = takeKey(root, saver);
  const db = await openStore();
  const page = startPage(root, saver, { db, user, call });
  const begun = page.begin();
  const keepIn = async (store) => {
    const key = await taken;
    if (!key) return null;
    const journal = new Journal({ db: store, key, user, call, page: saver.page, onChange: () => saver.report() });
    saver.keepJournal(journal);
    if (await begun) await restoreLeft(root, saver, journal);
    return journal;
  };
  const journal = db ? await keepIn(db) : null;
  saver.look(false);
  root.dataset.kept = "";
  if (!db) openLate(keepIn);
  return journal;
}

/** A store that does not open at once, on a machine that is very busy, is tried again. */
async function openLate(keepIn) {
  for (let wait = 5000; ; wait = Math.min(wait * 2, 60000)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const db = await openStore();
    if (db) return keepIn(db);
  }
}

/** What undoing needs goes along to the next page of this call, sealed like the journal. */
const notesOf = (journal) => ({
  load: async () => (await journal)?.note() ?? null,
  save: async (notes) => (await journal)?.keepNote(notes),
});

const root = document.querySelector("[data-save-url]");
if (root) readPreferences(root);
const saver = root && startSaving(root);
if (saver) {
  const kept = startKeeping(root, saver);
  startTabs(root);
  const history = startHistory(root, saver, notesOf(kept));
  const rows = startRows(root, saver);
  const quotes = startQuotes(root, saver);
  startSupports(root, saver);
  startSnippets(root);
  const other = startOtherSide(root);
  startDecide(root);
  startTimer(root);
  startLanguage(root);
  startEnding(root, saver);
  startHandOver(root, saver);
  startAssist(root, saver);
  startMatches(root, saver);
  startRemarks(root, saver);
  const tabs = [...root.querySelectorAll("[data-tab][data-key]")];
  const isCall = tabs.length > 0;
  const press = (selector) => () => root.querySelector(selector)?.click();
  startKeys(root, {
    ...Object.fromEntries(tabs.map((tab) => [tab.dataset.key, () => showPanel(tab.dataset.tab)])),
    ...(isCall && { worry: () => rows.file("worry"), well: () => rows.file("working_well"), quote: quotes.quote, other: other.go, not_now: other.dismiss }),
    ...(isCall && { toggle: startToggle(root), jump: startJump(root) }),
    ...(document.getElementById("practice-form") && { go_on: () => document.querySelector("#practice-form button").click() }),
    ...(root.querySelector("[data-end-call]") && { end: press("[data-end-call] button") }),
    ...(document.getElementById("help-form") && { assist: press("#help-form button") }),
    ...("wrapUp" in root.dataset && { missing: startMissing(root), submit: press(".submit-line button") }),
    ...(document.getElementById("versions") && { versions: startVersions(root, saver, history) }),
    save: () => saver.hurry(),
    help: () => document.getElementById("keys")?.showModal(),
  });
  root.dispatchEvent(new CustomEvent("call:changed"));
  root.dataset.ready = "";
}
