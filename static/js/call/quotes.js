/** Exact words: copied from the narrative, locked once they are left, opened again only on asking. */

import { controlOf } from "./fields.js";
import { addRow, passage } from "./rows.js";
import { showPanel } from "./tabs.js";

const NOTHING = "Nothing on this line.";

export function startQuotes(root, saver) {
  const narrative = controlOf("narrative.text");
  const boxOf = (row) => row.querySelector(".quote-text textarea");

  /** Locked words are read only; a row that is being typed stays open until it is left. */
  function lock(row, isLocked) {
    const box = boxOf(row);
    box.readOnly = isLocked;
    row.querySelector("[data-lock]").hidden = !isLocked;
    ask(row, false);
    if (isLocked) delete row.dataset.unlocked;
    else row.dataset.unlocked = "";
  }

  function ask(row, isAsking) {
    row.querySelector("[data-unlock-ask]").hidden = !isAsking;
    row.querySelector("[data-unlock]").hidden = isAsking;
  }

  function quote() {
    const { text } = passage(narrative);
    if (!text) {
      document.getElementById("filing-note").textContent = NOTHING;
      return;
    }
    showPanel("exact_words");
    const row = addRow("quote", root.querySelector('[data-rows="quote"]'));
    const box = boxOf(row);
    lock(row, false);
    box.value = text;
    saver.change(box.dataset.field, text);
    saver.hurry();
    row.querySelector("input").focus(); // who said it is asked next
    root.dispatchEvent(new CustomEvent("call:changed"));
  }

  for (const row of root.querySelectorAll(".row-quote[data-row-id]")) {
    if (!row.closest(".no-js-only")) lock(row, Boolean(boxOf(row).value));
  }
  root.addEventListener("focusin", (event) => {
    const row = event.target.closest(".row-quote[data-new]");
    if (row) row.dataset.unlocked = "";
  });
  root.addEventListener("focusout", (event) => {
    const row = event.target.closest?.(".row-quote");
    if (!row || !boxOf(row).value || row.contains(event.relatedTarget)) return;
    // What was typed last is still to be sent as an asked change: then it locks.
    saver.drain().then((isSaved) => isSaved && !row.contains(document.activeElement) && lock(row, true));
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = event.target.closest(".row-quote");
    if (button?.matches("[data-quote]")) quote();
    if (!button || !row) return;
    if (button.matches("[data-unlock]")) {
      ask(row, true);
      row.querySelector("[data-unlock-no]").focus();
    } else if (button.matches("[data-unlock-yes]")) {
      lock(row, false);
      boxOf(row).focus();
    } else if (button.matches("[data-unlock-no]")) {
      ask(row, false);
      row.querySelector("[data-unlock]").focus();
    }
  });
  return { quote };
}
