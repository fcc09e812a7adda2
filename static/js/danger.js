/**
 * A supervisor's page asks every few seconds how many calls have somebody in danger now, and how
 * many live calls ask for help. It shows both counts in the navigation, quietly, and on the page of
 * those calls the list anew.
 */

import { askingForNotices, showNotices } from "./notices.js";

const EVERY = 5000; // ms
const PATIENCE = 8000; // ms for an answer: a connection that hangs must not look like a quiet list
const url = document.querySelector("script[data-count-url]")?.dataset.countUrl;
const badge = document.querySelector("[data-danger-count]");
const list = document.querySelector("[data-danger-list]");
const asking = document.querySelector("[data-assist-count]");
const live = document.querySelector("[data-live-list]");
const trouble = document.querySelector("[data-danger-trouble]");

/** Show a list anew. One that is being read with the keyboard stays while it is as it was. */
function showList(place, html) {
  if (!place || place.dataset.shown === html) return;
  place.dataset.shown = html;
  const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.innerHTML = html;
  document.dispatchEvent(new CustomEvent("list:shown"));
  if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function show({ count, html, assist }) {
  if (badge) {
    badge.hidden = !count;
    badge.removeAttribute("title");
    const words = count ? String(count) : "";
    if (badge.textContent !== words) badge.textContent = words;
  }
  showList(list, html);
  showList(live, assist.html);
  if (asking) {
    const number = asking.querySelector("strong");
    if (number.textContent !== String(assist.count)) number.textContent = assist.count;
    asking.hidden = !assist.count;
    asking.removeAttribute("title");
  }
}

/** An old list or count must not look like a new one. */
function doubt() {
  if (trouble) trouble.hidden = false;
  if (asking) {
    asking.hidden = false;
    asking.querySelector("strong").textContent = "?";
    asking.title = "It is not known how many calls ask for help: the server did not answer.";
  }
  if (!badge) return;
  badge.hidden = false;
  badge.textContent = "?";
  badge.title = "It is not known how many calls have somebody in danger now: the server did not answer.";
}

async function ask() {
  try {
    const response = await fetch(askingForNotices(live ? `${url}?live=yes` : url), { headers: { Accept: "application/json", "X-Background": "yes" }, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
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
