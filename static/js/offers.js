/**
 * A worker's page asks every few seconds which calls colleagues offer. The count stands in the
 * navigation, the offers at the top of `Calls`; quietly, and nothing moves: both have their place
 * before there is anything to show. The call screen learns here what became of its own offer.
 */

import { askingForNotices, showNotices } from "./notices.js";

const EVERY = 4000; // ms
const PATIENCE = 15000; // ms for one answer
const url = document.querySelector("script[data-offers-url]")?.dataset.offersUrl;
const badge = document.querySelector("[data-offer-count]");
const place = document.querySelector("[data-offers]");
const call = document.querySelector("[data-hand-over]")?.dataset.handOver;

function showCount(count) {
  if (!badge) return;
  badge.toggleAttribute("data-none", !count);
  const number = badge.querySelector("strong");
  if (number.textContent !== String(count)) number.textContent = count;
}

/** Show new offers under those that are there. One that is gone says so in its place. */
function showOffers(offers) {
  if (!place) return;
  const list = place.querySelector("[data-offers-list]");
  const standing = new Map(offers.map((one) => [one.id, one.html]));
  for (const row of list.querySelectorAll("[data-offer-id]")) {
    const isStanding = standing.delete(row.dataset.offerId);
    const form = row.querySelector("form");
    if (isStanding || !form) continue;
    const gone = document.createElement("p");
    gone.textContent = "Not offered any more";
    gone.tabIndex = -1;
    const hadFocus = form.contains(document.activeElement);
    form.replaceWith(gone);
    if (hadFocus) gone.focus();
  }
  if (!standing.size) return;
  // The place does not grow under the pointer: what has no room in it is scrolled to.
  if (!place.style.maxHeight) {
    place.style.maxHeight = `${place.offsetHeight}px`;
    place.style.overflowY = "auto";
  }
  for (const html of standing.values()) list.insertAdjacentHTML("beforeend", html);
  list.hidden = false;
  place.querySelector("[data-offers-none]").hidden = true;
}

async function ask() {
  const asked = performance.now();
  try {
    const response = await fetch(askingForNotices(call ? `${url}?call=${encodeURIComponent(call)}` : url), {
      headers: { Accept: "application/json", "X-Background": "yes" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE), // one that hangs must not end the asking
    });
    if (response.status === 401) {
      // Nobody is signed in: it goes on when somebody is.
      document.addEventListener("session:unlocked", ask, { once: true });
      document.dispatchEvent(new CustomEvent("session:lost"));
      return;
    }
    if (response.ok) {
      const answer = await response.json();
      showCount(answer.offers.length);
      showOffers(answer.offers);
      showNotices(answer);
      if (answer.call) document.dispatchEvent(new CustomEvent("hand-over:state", { detail: { ...answer.call, asked } }));
    }
  } catch {
    // What stands, stands: an offer that is gone is refused in a sentence.
  }
  setTimeout(ask, EVERY);
}

// The page came with what stood then. The call screen may ask before its time.
if (url) setTimeout(ask, EVERY);
