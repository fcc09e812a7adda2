/** The earlier versions of a field, asked from the server; one of them can be put into its box. */

import { isLocked, titleOf } from "./history.js";

const SIGNED_OUT = "You are signed out. What you typed is kept; sign in and open this again.";
const NO_NETWORK = "The server cannot be reached. What you typed is kept; open this again when it can.";
const TROUBLE = "The server has trouble. What you typed is kept; open this again.";
const LOCKED = "This field takes no changes now; its versions can be read.";

/** Start the dialog; returns what opens it. */
export function startVersions(root, saver, history) {
  const dialog = document.getElementById("versions");
  if (!dialog) return () => {};
  const title = document.getElementById("versions-title");
  const note = dialog.querySelector("[data-versions-note]");
  const list = dialog.querySelector("[data-versions-list]");
  let control = null;
  let turn = 0;

  /** The server's words for the versions, or a sentence why there are none. */
  async function ask(url) {
    try {
      const { ok, status, answer } = await saver.ask(url, { headers: { Accept: "application/json" } });
      if (ok && typeof answer.html === "string") return { html: answer.html };
      if (status === 401) saver.lock();
      return { why: status === 401 ? SIGNED_OUT : (answer.error ?? TROUBLE) };
    } catch {
      return { why: NO_NETWORK };
    }
  }

  function show(html) {
    const part = document.createElement("template");
    part.innerHTML = html;
    if (isLocked(control)) {
      for (const form of part.content.querySelectorAll("form")) form.remove();
      note.textContent = LOCKED;
    }
    list.append(part.content);
  }

  async function load(url) {
    const mine = (turn += 1);
    const { html, why } = await ask(url);
    if (mine !== turn || !dialog.open) return; // another one was opened meanwhile
    note.textContent = why ?? "";
    if (html !== undefined) show(html);
  }

  async function open() {
    control = history.current();
    if (!control || dialog.open) return;
    title.textContent = `Earlier versions: ${titleOf(control)}`;
    note.textContent = "Loading…";
    list.replaceChildren();
    dialog.showModal();
    title.focus();
    await saver.drain(); // what stands in the box is the present version
    await load(`${dialog.dataset.versionsUrl}?${new URLSearchParams({ field: control.dataset.field })}`);
  }

  dialog.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-version]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const text = form.querySelector("[data-version-text]").value;
    dialog.close("used");
    history.takeVersion(control, text);
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("[data-versions-older]");
    if (!link) return;
    event.preventDefault();
    const url = link.href;
    link.parentElement.remove();
    title.focus();
    note.textContent = "Loading…";
    load(url);
  });
  dialog.addEventListener("close", () => {
    turn += 1;
    list.replaceChildren(); // nothing of it stays in the page
    if (dialog.returnValue !== "used" && control?.isConnected) history.goTo(control);
    dialog.returnValue = "";
  });
  root.querySelector("[data-versions]")?.addEventListener("click", open);
  return open;
}
