/** Shortcuts, their help, and the jump box. The worker's own keys are kept on the server. */

import { keepPreferences, mine } from "./preferences.js";
import { goToField, goToPrompt, showPanel } from "./tabs.js";

const USUAL = {
  factor1: ["Show the first factor", "Alt+1"],
  factor2: ["Show the second factor", "Alt+2"],
  factor3: ["Show the third factor", "Alt+3"],
  factor4: ["Show the fourth factor", "Alt+4"],
  factor5: ["Show the fifth factor", "Alt+5"],
  section1: ["Show the opening", "Alt+6"],
  section2: ["Show the next steps", "Alt+7"],
  section3: ["Show the closing", "Alt+8"],
  section4: ["Show the people", "Alt+9"],
  section5: ["Show the reporting party", "Alt+0"],
  worry: ["File the line or selection as worry", "Alt+W"],
  well: ["File the line or selection as working well", "Alt+S"],
  quote: ["Copy the line or selection as exact words", "Alt+Q"],
  toggle: ["Between narrative and answer", "Alt+A"],
  other: ["Go to the other side of a worry", "Alt+O"],
  not_now: ["Not now, of the other side", "Alt+N"],
  jump: ["Jump to a prompt or section", "Ctrl+K"],
  go_on: ["Let the practice caller go on", "Alt+G"],
  assist: ["Ask for help, or take it back", "Alt+H"],
  end: ["End the call", "Alt+E"],
  missing: ["Go to what is still missing", "Alt+M"],
  submit: ["Submit for review", "Ctrl+Enter"],
  save: ["Save now", "Ctrl+S"],
  help: ["This help", "Ctrl+/"],
  versions: ["Earlier versions of the field", "Alt+V"],
};

// Taken away, nobody could copy or undo in any box; the server refuses them too.
const EDITING = /^(Ctrl|Meta)\+([ACVXYZ]|Shift\+Z)$/;
// What history.js does in every field, shortcuts on or off.
const FIXED = [
  ["Undo in the field", ["Ctrl+Z"]],
  ["Redo in the field", ["Ctrl+Y", "Ctrl+Shift+Z"]],
];

function pressed(event) {
  const key = event.code.replace(/^(Digit|Key)/, "").replace("Slash", "/");
  const names = [event.ctrlKey && "Ctrl", event.metaKey && "Meta", event.altKey && "Alt", event.shiftKey && "Shift"];
  return [...names.filter(Boolean), key].join("+");
}

/** Start the shortcuts; `does` maps their names to what they do. */
export function startKeys(root, does) {
  const dialog = document.getElementById("keys");
  const body = dialog?.querySelector("[data-keys]");
  const isOn = document.getElementById("keys-on");
  const note = document.getElementById("keys-note");
  let listening = null;
  const keysOf = (name) => mine.keys[name] ?? USUAL[name][1];
  const nameOf = (name) => {
    const tab = root.querySelector(`[data-tab][data-key="${name}"] .tab-title`);
    return tab ? `Show ${tab.lastChild.textContent.trim()}` : USUAL[name][0];
  };
  const keep = async () => {
    const trouble = await keepPreferences({ keys: mine.keys, has_keys: mine.has_keys });
    if (trouble) note.textContent = trouble;
  };
  /** The action that has these keys already, or undefined. */
  const ownerOf = (keys, except) => Object.keys(USUAL).find((one) => one !== except && keysOf(one) === keys);

  /** What a control says of its own keys follows the worker's choice. */
  function showKeys() {
    for (const control of root.querySelectorAll("[data-key]")) {
      const keys = mine.has_keys && does[control.dataset.key] ? keysOf(control.dataset.key) : "";
      if (keys) control.setAttribute("aria-keyshortcuts", keys.replace("Ctrl", "Control"));
      else control.removeAttribute("aria-keyshortcuts");
      const shown = control.querySelector("kbd");
      if (shown) shown.textContent = keys;
    }
  }

  function list() {
    showKeys();
    if (!body) return;
    isOn.checked = mine.has_keys;
    const cell = (...parts) => {
      const one = document.createElement("td");
      one.append(...parts);
      return one;
    };
    const fixed = FIXED.map(([what, ways]) => {
      const row = document.createElement("tr");
      const keys = ways.flatMap((way, place) => [...(place ? [" or "] : []), Object.assign(document.createElement("kbd"), { textContent: way })]);
      row.append(cell(what), cell(...keys), cell("Fixed"));
      return row;
    });
    const rows = Object.keys(USUAL).filter((name) => does[name]).map((name) => {
      const row = document.createElement("tr");
      const what = document.createElement("td");
      what.textContent = nameOf(name);
      const keys = document.createElement("td");
      const shown = document.createElement("kbd");
      shown.textContent = keysOf(name);
      keys.append(shown);
      const change = document.createElement("td");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet";
      button.textContent = "Change";
      button.setAttribute("aria-label", `Change: ${nameOf(name)}`);
      button.addEventListener("click", () => {
        listening = name;
        note.textContent = "Press the new keys, with Ctrl or Alt.";
        shown.textContent = "…";
      });
      change.append(button);
      row.append(what, keys, change);
      return row;
    });
    const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    body.replaceChildren(...rows, ...fixed);
    if (focused) body.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  list();
  root.addEventListener("keys:changed", showKeys);
  isOn?.addEventListener("change", () => {
    mine.has_keys = isOn.checked;
    keep();
    showKeys();
  });
  dialog?.querySelector("[data-keys-reset]")?.addEventListener("click", () => {
    mine.keys = {};
    keep();
    list();
  });
  dialog?.addEventListener("close", () => {
    listening = null;
    note.textContent = "";
    list();
  });
  document.addEventListener("keydown", (event) => {
    const combination = pressed(event);
    if (listening) {
      if (["Control", "Alt", "Shift", "Meta"].includes(event.key)) return;
      event.preventDefault();
      const owner = ownerOf(combination, listening);
      const isKeys = event.key !== "Escape" && (event.ctrlKey || event.altKey);
      const isEditing = EDITING.test(combination);
      if (isKeys && !owner && !isEditing) {
        if (combination === USUAL[listening][1]) delete mine.keys[listening];
        else mine.keys[listening] = combination;
        keep();
      }
      listening = null;
      note.textContent = "";
      if (isKeys && owner) note.textContent = `${combination} already does: ${nameOf(owner)}. Choose other keys.`;
      if (isEditing) note.textContent = `${combination} is for editing in every text box. Choose other keys.`;
      list();
      return;
    }
    if (!mine.has_keys || event.isComposing) return;
    const name = Object.keys(USUAL).find((one) => does[one] && keysOf(one) === combination);
    if (!name) return;
    event.preventDefault();
    // Behind an open dialog nothing moves; saving is always possible.
    if (name === "save" || !document.querySelector("dialog[open]")) does[name]();
  });
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener?.dataset.openDialog === "keys") dialog.showModal();
    if (opener?.dataset.openDialog === "jump") does.jump();
  });
}

/** Start the jump box; returns what opens it. */
export function startJump(root) {
  const dialog = document.getElementById("jump");
  const input = document.getElementById("jump-input");
  const list = document.getElementById("jump-list");
  if (!dialog) return () => {};
  let shown = [];
  let active = 0;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** Everything there is to jump to: what it is called, where it is, and how it may be found. */
  function places() {
    const textOf = (element) => element?.textContent.trim() ?? "";
    const tabs = [...root.querySelectorAll("[data-tab]")].map((tab) => ({
      words: textOf(tab.querySelector(".tab-title")),
      go: () => {
        showPanel(tab.dataset.tab);
        tab.focus();
      },
    }));
    const prompts = [...root.querySelectorAll(".prompt")].map((prompt) => {
      const [english, spanish] = [".prompt-en", ".prompt-es"].map((kind) => prompt.querySelector(kind));
      const title = textOf(prompt.closest("[data-panel]").querySelector(".panel-title"));
      const side = textOf(prompt.closest("[data-side]:not(.prompt)")?.querySelector(".side-title"));
      return {
        words: textOf(spanish?.hidden === false ? spanish : english),
        lang: spanish?.hidden === false ? "es" : "en",
        where: [title, side].filter(Boolean).join(" · "),
        also: `${textOf(english)} ${textOf(spanish)}`,
        go: () => goToPrompt(prompt),
      };
    });
    const caller = [...root.querySelectorAll(".fields-asked .field")].map((field) => ({
      words: textOf(field.querySelector("label")),
      where: textOf(document.getElementById("title-reporting_party")),
      also: textOf(field),
      go: () => goToField(field.querySelector("[data-field]").dataset.field),
    }));
    return [...tabs, ...prompts, ...caller];
  }

  /** Whether a place has every word that was typed. */
  const fits = (place, words) => {
    const all = fold(`${place.words} ${place.also ?? ""} ${place.where ?? ""}`);
    return words.every((word) => all.includes(word));
  };

  function draw() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    shown = places().filter((place) => fits(place, words)).slice(0, 12);
    active = Math.min(active, Math.max(0, shown.length - 1));
    list.replaceChildren(
      ...shown.map((place, index) => {
        const item = document.createElement("li");
        item.id = `jump-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(index === active));
        item.textContent = place.words;
        if (place.lang) item.lang = place.lang;
        if (place.where) {
          const where = document.createElement("span");
          where.className = "hint";
          where.lang = "en";
          where.textContent = ` ${place.where}`;
          item.append(where);
        }
        item.addEventListener("click", () => choose(index));
        return item;
      }),
    );
    document.getElementById("jump-none").hidden = shown.length > 0;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    if (shown.length) input.setAttribute("aria-activedescendant", `jump-${active}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    dialog.close();
    shown[index]?.go();
  }

  input.addEventListener("input", () => {
    active = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      choose(active);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % Math.max(1, shown.length);
      draw();
    }
  });
  return () => {
    input.value = "";
    active = 0;
    if (!dialog.open) dialog.showModal();
    draw();
    input.focus();
  };
}
