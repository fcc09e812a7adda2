/** Snippets: `;abbr` and a space or Enter become the worker's own text, visibly and undoably. */

import { mine } from "./preferences.js";

const LAST_WORD = /(?:^|[^\p{L}\p{N};]);([\p{L}\p{N}]{1,20})$/u;

/** What `;abbr` at the end of `before` stands for: {from, text}, or null. */
export function expansion(before, snippets) {
  const found = LAST_WORD.exec(before);
  if (!found || !Object.hasOwn(snippets, found[1])) return null;
  return { from: before.length - found[1].length - 1, text: snippets[found[1]] };
}

export function startSnippets(page) {
  if (!Object.keys(mine.snippets).length) return;
  const announcer = document.createElement("p");
  announcer.className = "visually-hidden";
  announcer.setAttribute("aria-live", "polite");
  page.append(announcer);
  page.addEventListener("keydown", (event) => {
    const isEnd = event.key === " " || event.key === "Enter";
    if (!isEnd || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const box = event.target;
    if (!box.matches?.("textarea[data-field], input[data-field]:not([type=radio], [type=checkbox])") || box.readOnly) return;
    const caret = box.selectionEnd;
    if (caret === null || box.selectionStart !== caret) return;
    const found = expansion(box.value.slice(0, caret), mine.snippets);
    if (!found) return;
    box.setSelectionRange(found.from, caret);
    // The one way that the browser's own undo knows; it tells of the input too.
    document.execCommand("insertText", false, found.text);
    announcer.textContent = `Snippet put in: ${found.text}`;
  });
}
