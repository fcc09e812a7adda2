/**
 * The count of new notices in the header. It has no poll of its own: the polls of offers and of
 * danger ask for it along with theirs, every half minute at most.
 */

const EVERY = 30000; // ms
const badge = document.querySelector("[data-notice-count]");
let asked = Date.now(); // the page came with what stood then

/** Return the address to be polled, asking for the count too when it is time; the call screen has none. */
export function askingForNotices(url) {
  if (!badge || Date.now() - asked < EVERY) return url;
  asked = Date.now();
  return `${url}${url.includes("?") ? "&" : "?"}notices=1`;
}

/** Show the count, where an answer has one. */
export function showNotices({ notices }) {
  if (!badge || notices === undefined) return;
  badge.toggleAttribute("data-none", !notices);
  const number = badge.querySelector("strong");
  const words = notices > 99 ? "99+" : String(notices);
  if (number.textContent !== words) number.textContent = words;
}
