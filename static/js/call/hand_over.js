/**
 * Handing the call over: the offer without leaving the page, what becomes of it, and the page of
 * who handed it over, which stays as it is, to be read.
 */

import { markUnsent, setReadOnly } from "./pages.js";

const NO_NETWORK = "No answer from the server: the call may have been offered or not. The line above says so once it answers.";
const TROUBLE = "The server has trouble; try again.";

/** Start the dialog and the line that says what became of the offer. */
export function startHandOver(root, saver) {
  const line = document.getElementById("hand-over-state");
  const dialog = document.getElementById("hand-over");
  const opener = root.querySelector("[data-open-dialog=hand-over]");
  const announcer = document.getElementById("hand-over-announcer");
  if (!line) return;
  const part = (name) => line.querySelector(`[data-${name}]`);
  let state = line.dataset.state;
  let isBusy = false;
  let settled = 0; // when a press was answered: what the page asked before says nothing

  /** What the line says next. Whoever handed the call over starts anew with a fresh page. */
  function next(now) {
    if (now === "handed_over") return now;
    if (["handed_over", "again"].includes(state)) return "again";
    if (now === "offered") return now;
    if (now === "declined" && state !== "mine") return "declined"; // else it was long ago
    return "mine";
  }

  /** Show a state. The line stays when the answer comes: only its words change. */
  function show(now, isPressed = false) {
    const is = next(now.state);
    if (is === state) return;
    state = line.dataset.state = is;
    const sentence = is === "again" ? "This call is yours again." : now.sentence;
    const words = part("hand-over-words");
    const hadFocus = line.contains(document.activeElement);
    words.textContent = sentence;
    part("withdraw").hidden = state !== "offered";
    part("hand-over-seen").hidden = state !== "declined";
    part("hand-over-record").hidden = state !== "handed_over";
    part("hand-over-again").hidden = state !== "again";
    line.hidden = state === "mine";
    opener?.classList.toggle("is-kept-clear", !["mine", "declined"].includes(state));
    announcer.textContent = sentence;
    if (state === "handed_over") {
      if (dialog?.open) dialog.close();
      saver.handOver(sentence);
      setReadOnly(root, true);
      markUnsent(root, saver);
      saver.report();
    }
    if (hadFocus || isPressed) (line.hidden ? opener : words)?.focus();
  }

  async function ask(form) {
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": saver.token },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json().catch(() => ({}));
    settled = performance.now();
    if (response.status === 401) saver.lock();
    return { ok: response.ok, lost: answer.reason === "handed_over", ...answer };
  }

  /** Ask what became of the call: the server said that it is somebody else's. */
  async function look() {
    const url = document.querySelector("script[data-offers-url]")?.dataset.offersUrl;
    try {
      const response = await fetch(`${url}?call=${encodeURIComponent(line.dataset.handOver)}`, {
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-Background": "yes" },
      });
      const { call } = response.ok ? await response.json() : {};
      if (call) show(call);
    } catch {
      // The page asks again in a few seconds.
    }
  }

  dialog?.querySelector("[data-offer]").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const error = dialog.querySelector("[data-offer-error]");
    error.textContent = "";
    try {
      const answer = await ask(event.target);
      if (answer.lost) return look();
      if (!answer.ok) error.textContent = answer.error ?? TROUBLE;
      if (answer.call?.state === "offered" || answer.ok) {
        dialog.close();
        show(answer.call, true);
      }
    } catch {
      error.textContent = NO_NETWORK;
    } finally {
      isBusy = false;
    }
  });
  opener?.addEventListener("click", () => {
    dialog.querySelector("[data-offer-error]").textContent = "";
    dialog.showModal();
  });
  dialog?.querySelector("[data-close-dialog]").addEventListener("click", () => dialog.close());
  part("withdraw").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await ask(event.target);
      if (answer.lost) await look();
      else if (answer.call) show(answer.call, true);
    } catch {
      announcer.textContent = TROUBLE;
    }
  });
  part("hand-over-seen").addEventListener("click", () => {
    show({ state: "mine", sentence: "" }, true);
  });
  document.addEventListener("hand-over:state", ({ detail }) => {
    if (!isBusy && detail.asked > settled) show(detail);
  });
  document.addEventListener("hand-over:lost", look);
}
