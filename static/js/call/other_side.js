/**
 * The other side: under a worry that was written down, its paired working-well prompt, while that
 * was not asked. One quiet line at a time; one key goes there, one says not now.
 */

import { mine } from "./preferences.js";
import { goToPrompt } from "./tabs.js";

const PAUSE = 3000; // ms without a key, while the worker stays in the box
const AFTER = 400; // ms after the box was left: what is being clicked must not move away

/** Start offering; returns what the keys do. */
export function startOtherSide(root) {
  const dismissed = new Set();
  let line = null;
  let offered = null;
  let timer = null;
  let isPressed = false;

  const isAsked = (prompt) => {
    const blank = prompt.querySelector("fieldset input:checked")?.value;
    return Boolean(prompt.querySelector("textarea").value || blank === "unknown" || blank === "declined");
  };

  /** The prompt of the same place on the other side: pairs stand in the same order on both. */
  function pairOf(prompt) {
    const panel = prompt.closest("[data-panel]");
    const all = (side) => [...panel.querySelectorAll(`.side-${side} .prompt`)];
    return all("working_well")[all("worry").indexOf(prompt)];
  }

  /** Side by side, the boxes of a pair stay on one line: the other one leaves as much room. */
  function level() {
    const [here, there] = [line, offered].map((one) => one.getBoundingClientRect());
    if (there.left < here.right) return;
    offered.style.paddingBottom = `${here.height + parseFloat(getComputedStyle(line).marginTop)}px`;
  }

  function clear() {
    offered?.style.removeProperty("padding-bottom");
    line?.remove();
    line = offered = null;
  }

  function offer(worry) {
    if (!mine.offers_other_side) return;
    if (isPressed) {
      timer = setTimeout(() => offer(worry), AFTER);
      return;
    }
    const other = pairOf(worry);
    if (!other || !worry.querySelector("textarea").value || isAsked(other) || dismissed.has(other.dataset.prompt)) return;
    if (offered === other) return;
    clear();
    offered = other;
    const isSpanish = root.dataset.language === "es";
    const words = other.querySelector(isSpanish ? ".prompt-es" : ".prompt-en") ?? other.querySelector(".prompt-en");
    line = document.createElement("p");
    line.className = "other-side";
    const said = document.createElement("span");
    if (isSpanish) said.lang = "es";
    said.textContent = words.textContent.trim();
    line.append("The other side: ", said, " ", button("Go there", "other", go), button("Not now", "not_now", dismiss));
    worry.append(line);
    level();
    root.dispatchEvent(new CustomEvent("keys:changed"));
  }

  function button(label, key, does) {
    const one = Object.assign(document.createElement("button"), {
      type: "button", className: "button button-quiet", textContent: `${label} `,
    });
    one.dataset.key = key;
    const keys = document.createElement("kbd");
    keys.setAttribute("aria-hidden", "true");
    one.append(keys);
    one.addEventListener("click", does);
    return one;
  }

  function go() {
    if (!offered) return;
    const there = offered;
    clear();
    goToPrompt(there);
  }

  function dismiss() {
    if (!offered) return;
    const box = line.closest(".prompt").querySelector("textarea");
    const hadFocus = line.contains(document.activeElement);
    dismissed.add(offered.dataset.prompt);
    clear();
    if (hadFocus) box.focus();
  }

  const worryOf = (element) => element.closest?.(".side-worry .prompt");
  root.addEventListener("input", (event) => {
    const worry = worryOf(event.target);
    clearTimeout(timer);
    if (worry && event.target.matches("textarea[data-field^=answer]")) timer = setTimeout(() => offer(worry), PAUSE);
  });
  root.addEventListener("focusout", (event) => {
    const worry = worryOf(event.target);
    if (!worry || !event.target.matches("textarea[data-field^=answer]") || line?.contains(event.relatedTarget)) return;
    clearTimeout(timer);
    timer = setTimeout(() => offer(worry), AFTER);
  });
  document.addEventListener("pointerdown", () => (isPressed = true));
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (isPressed = false));
  root.addEventListener("call:changed", () => offered && isAsked(offered) && clear());
  return { go, dismiss };
}
