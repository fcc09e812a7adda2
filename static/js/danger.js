/**
 * A supervisor's page asks every few seconds how many calls have somebody in danger now. It shows
 * the count in the navigation, quietly, and on the page of those calls the list anew.
 */

import { askingForNotices, showNotices } from "./notices.js";

const EVERY = 5000; // ms
const PATIENCE = 8000; // ms for an answer: a connection that hangs must not look like a quiet list
const url = document.querySelector("script[data-count-url]")?.dataset.countUrl;
const badge = document.querySelector("[data-danger-count]");
const list = document.querySelector("[data-danger-list]");
const trouble = document.querySelector("[data-danger-trouble]");

function show({ count, html }) {
  if (badge) {
    badge.hidden = !count;
    badge.removeAttribute("title");
    const words = count ? String(count) : "";
    if (badge.textContent !== words) badge.textContent = words;
  }
  // A list that is being read with the keyboard is not taken away while it is as it was.
  if (list && list.dataset.shown !== html) {
    list.dataset.shown = html;
    const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    list.innerHTML = html;
    if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** An old list or count must not look like a new one. */
function doubt() {
  if (trouble) trouble.hidden = false;
  if (!badge) return;
  badge.hidden = false;
  badge.textContent = "?";
  badge.title = "It is not known how many calls have somebody in danger now: the server did not answer.";
}

async function ask() {
  try {
    const response = await fetch(askingForNotices(url), { headers: { Accept: "application/json", "X-Background": "yes" }, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (response.status === 401) {
      // Nobody is signed in: nothing is watched here, and the page says so until somebody is.
      doubt();
      document.dispatchEvent(new CustomEvent("session:lost"));
      document.addEventListener("session:unlocked", ask, { once: true });
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    show(answer);
    showNotices(answer);
    if (trouble) trouble.hidden = true;
  } catch {
    doubt();
  }
  setTimeout(ask, EVERY);
}

if (url) ask();
