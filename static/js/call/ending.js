/** The end of a call: nothing leaves the page before everything is saved. */

import { controlOf, show } from "./fields.js";
import { goToField } from "./tabs.js";

/** Start guarding the forms that leave the page. */
export function startEnding(root, saver) {
  const dialog = document.getElementById("ask-danger");
  const danger = controlOf("call.danger_now");

  async function leave(form) {
    // Whoever signed in again in another tab has a new token.
    if ((await saver.drain()) && (await saver.check())) form.submit();
    else {
      const line = document.getElementById("save-status");
      line.scrollIntoView({ block: "nearest" });
      document.getElementById("save-announcer").textContent =
        `${line.textContent}. The page stays until everything is saved.`;
      if (saver.waitsForWorker) goToField(saver.waitsForWorker);
    }
  }

  const menu = root.querySelector(".menu");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu?.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-end-call], [data-leaves], [data-submits]")) return;
    event.preventDefault();
    const isUnasked = form.matches("[data-end-call]") && dialog && danger && !danger.querySelector("input:checked");
    if (isUnasked) dialog.showModal();
    else leave(form);
  });
  dialog?.addEventListener("change", (event) => {
    show(danger, event.target.value);
    danger.dispatchEvent(new Event("change", { bubbles: true }));
  });
  dialog?.addEventListener("close", () => {
    const form = root.querySelector("[data-end-call]");
    if (dialog.returnValue === "continue" && danger.querySelector("input:checked")) leave(form);
  });
}
