/** Rows: people, concerns and heard notes, added from templates; filing from the narrative. */

import { secondsOf } from "./clock.js";
import { controlOf } from "./fields.js";
import { openRegion, showPanel, shownFactor } from "./tabs.js";

/** Add an empty row from a template at the end of `container`; returns the row. */
export function addRow(key, container, id = crypto.randomUUID()) {
  const template = document.querySelector(`template[data-template="${key}"]`);
  const fragment = template.content.cloneNode(true);
  for (const element of fragment.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes("__id__")) attribute.value = attribute.value.replaceAll("__id__", id);
    }
  }
  const row = fragment.querySelector("[data-row-id]");
  row.dataset.new = "";
  container.append(fragment);
  return row;
}

/**
 * Make the row again that a page which is gone had added, from what it said of it; null where this
 * page has no place for such rows.
 */
export function addAgain(root, name, about) {
  const [noun, id] = name.split(".");
  const key = { person: `person:${about.role}`, heard: `heard:${about.side}` }[noun] ?? noun;
  const place = noun === "heard" ? `heard:${about.factor}:${about.side}` : key;
  const container = root.querySelector(`[data-rows="${CSS.escape(place)}"]`);
  if (!container || !document.querySelector(`template[data-template="${CSS.escape(key)}"]`)) return null;
  const row = addRow(key, container, id);
  row.dataset.rowAbout = JSON.stringify(about);
  if (noun === "heard") showFiling(root, row, about);
  return row;
}

/** Show when a heard note was filed, and offer the prompts of its own side. */
function showFiling(root, row, { factor, side, start, end, call_seconds: seconds }) {
  Object.assign(row.dataset, { start, end });
  const time = row.querySelector("[data-heard-time]");
  const two = (number) => String(number).padStart(2, "0");
  if (!("fromPaper" in root.dataset)) time.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const select = row.querySelector("select");
  for (const prompt of root.querySelectorAll(`#panel-${factor} .side-${side} .prompt`)) {
    select.append(new Option(prompt.querySelector(".prompt-en").textContent.trim(), prompt.dataset.prompt));
  }
}

/** Where the current line of a text box begins and ends, or its selection. */
export function passage(box) {
  let [start, end] = [box.selectionStart, box.selectionEnd];
  if (start === end) {
    start = box.value.lastIndexOf("\n", start - 1) + 1;
    end = box.value.indexOf("\n", end);
    if (end < 0) end = box.value.length;
  }
  const text = box.value.slice(start, end);
  const lead = text.length - text.trimStart().length;
  return { start: start + lead, end: start + text.trimEnd().length, text: text.trim() };
}

const points = (text) => Array.from(text).length;
const NOTE_LIMIT = 20000; // code points of a heard note

/** Where a note's words stand in the text now, nearest to where they were filed; -1 is nowhere. */
function nearest(text, words, start) {
  let [best, at] = [-1, words ? text.indexOf(words) : -1];
  while (at >= 0) {
    if (best < 0 || Math.abs(at - start) < Math.abs(best - start)) best = at;
    at = text.indexOf(words, at + 1);
  }
  return best;
}

/** How far down in a text box the line at `end` stands, in pixels: a hidden twin measures it. */
function heightUpTo(box, end) {
  const twin = document.createElement("textarea");
  twin.className = `${box.className} measuring`;
  twin.value = box.value.slice(0, end);
  twin.style.width = `${box.offsetWidth}px`;
  box.after(twin);
  const height = twin.scrollHeight;
  twin.remove();
  return height;
}

/** Start adding rows and filing; `saver` gets what is filed. */
export function startRows(root, saver) {
  const narrative = controlOf("narrative.text");
  const note = document.getElementById("filing-note");
  const undo = root.querySelector("[data-undo-filing]");
  let lastFiled = null;

  const say = (sentence) => {
    if (note) note.textContent = note.title = sentence;
  };

  function file(side) {
    const { start, end, text } = passage(narrative);
    if (!text) {
      say("Nothing on this line.");
      return;
    }
    if (points(text) > NOTE_LIMIT) {
      say(`A note holds ${NOTE_LIMIT.toLocaleString("en-US")} characters: select less.`);
      return;
    }
    const factor = shownFactor();
    showPanel(factor.key); // what is filed is seen
    const container = root.querySelector(`[data-rows="heard:${factor.key}:${side}"]`);
    const row = addRow(`heard:${side}`, container);
    const before = points(narrative.value.slice(0, start));
    const about = {
      factor: factor.key,
      side,
      start: String(before),
      end: String(before + points(narrative.value.slice(start, end))),
      call_seconds: String(secondsOf(root)),
    };
    row.dataset.rowAbout = JSON.stringify(about);
    showFiling(root, row, about);
    const box = row.querySelector("textarea[data-field]");
    box.value = text;
    saver.change(box.dataset.field, text);
    saver.hurry();
    lastFiled = row;
    if (undo) undo.hidden = false;
    say(`Filed: ${factor.title}, ${side === "worry" ? "worry" : "working well"}.`);
    root.dispatchEvent(new CustomEvent("call:changed"));
  }

  /** What was heard and put to a prompt: {time, text} of every note that stands. */
  function wordsHeard(prompt) {
    return [...root.querySelectorAll(".row-heard")]
      .filter((row) => row.querySelector("select")?.value === prompt)
      .filter((row) => !row.querySelector("[data-take-out]").checked)
      .map((row) => ({
        time: row.querySelector("[data-heard-time]").textContent,
        text: row.querySelector("textarea").value,
      }));
  }

  /** A prompt that heard notes were put to says so, with their words. */
  function showHeard() {
    for (const place of root.querySelectorAll("[data-heard-for]")) {
      const lines = wordsHeard(place.dataset.heardFor).map(({ time, text }) => {
        const line = document.createElement("li");
        line.textContent = `${time} ${text}`;
        return line;
      });
      place.hidden = !lines.length;
      const box = place.closest(".prompt").querySelector("textarea[data-field^=answer]");
      place.querySelector("[data-heard-mark]").textContent = box.value ? "Heard" : "Heard – confirm";
      place.querySelector("ul").replaceChildren(...lines);
      if (lines.length) openRegion(place.closest(".prompt"), true);
    }
  }

  root.addEventListener("call:changed", showHeard);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.add) {
      const container = root.querySelector(`[data-rows="${button.dataset.add}"]`);
      const row = addRow(button.dataset.add, container);
      row.querySelector("input:not([type=hidden]), select, textarea").focus();
    } else if (button.dataset.file) {
      file(button.dataset.file);
      narrative.focus();
    } else if (button.matches("[data-undo-filing]") && lastFiled) {
      lastFiled.querySelector("[data-take-out]").click();
      lastFiled = null;
      undo.hidden = true;
      narrative.focus();
      say("Filing undone.");
    } else if (button.matches("[data-use-heard]")) {
      const prompt = button.closest(".prompt");
      const box = prompt.querySelector("textarea");
      const heard = wordsHeard(prompt.dataset.prompt).map(({ text }) => text);
      box.value = [box.value.trimEnd(), ...heard].filter(Boolean).join("\n");
      box.focus();
      box.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (button.matches("[data-show-in-narrative]")) {
      const row = button.closest("[data-row-id]");
      const filedAt = Array.from(narrative.value).slice(0, Number(row.dataset.start)).join("").length;
      const words = row.querySelector("textarea").value;
      const from = nearest(narrative.value, words, filedAt);
      if (from < 0) {
        say("These words do not stand in the narrative any more.");
        return;
      }
      narrative.focus();
      narrative.setSelectionRange(from, from + words.length);
      narrative.scrollTop = heightUpTo(narrative, from) - narrative.clientHeight / 2;
    }
  });
  return { file };
}
