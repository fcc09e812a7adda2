/** Binds the page's controls to the saver: what is typed, what is shown of saving, conflicts. */

import { keepNote, takeNote } from "../flushed.js";
import { Saver, clean } from "./saver.js";

/** The value of a control as the text that travels. */
export function valueOf(control) {
  if (control instanceof HTMLFieldSetElement) return control.querySelector("input:checked")?.value ?? "";
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked ? "yes" : "";
  return clean(control.value);
}

/** The value that the server put into a control, whatever was typed since. */
function servedValueOf(control) {
  if (control instanceof HTMLFieldSetElement) {
    return [...control.querySelectorAll("input[type=radio]")].find((radio) => radio.defaultChecked)?.value ?? "";
  }
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.defaultChecked ? "yes" : "";
  if (control instanceof HTMLSelectElement) {
    return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
  }
  return clean(control.defaultValue);
}

/** Show `text` in a control. */
export function show(control, text) {
  if (control instanceof HTMLFieldSetElement) {
    for (const radio of control.querySelectorAll("input[type=radio]")) radio.checked = radio.value === text;
  } else if (control instanceof HTMLInputElement && control.type === "checkbox") {
    control.checked = text === "yes";
  } else {
    control.value = text;
  }
}

/** A stored value in the words of its control: what a radio, an option or a box stands for. */
function wordsOf(control, text) {
  if (control instanceof HTMLFieldSetElement) {
    const radio = [...control.querySelectorAll("input[type=radio]")].find((one) => one.value === text);
    return radio?.closest("label").textContent.trim() ?? "";
  }
  if (control instanceof HTMLSelectElement) {
    return [...control.options].find((option) => option.value === text)?.textContent.trim() ?? text;
  }
  if (control instanceof HTMLInputElement && control.type === "checkbox") return text ? "Yes" : "No";
  return text;
}

/** What a control is called on the screen. */
function nameOf(control) {
  const name = control.querySelector("legend") ?? control.labels?.[0];
  return name?.textContent.replace(/\s+/g, " ").trim() ?? "";
}

/** The control of a field, or null. */
export function controlOf(name) {
  return document.querySelector(`[data-field="${CSS.escape(name)}"]`);
}

/** The row, not yet stored, to which a control belongs. */
const rowElement = (control) => control.closest("[data-row-id][data-new]");

function message(control, kind) {
  const id = `${control.id}-${kind}`;
  let element = document.getElementById(id);
  if (!element) {
    element = document.createElement("div");
    element.id = id;
    (control.closest(".field, fieldset, .take-out") ?? control.parentElement).append(element);
    const described = control.getAttribute("aria-describedby");
    control.setAttribute("aria-describedby", [described, id].filter(Boolean).join(" "));
  }
  return element;
}

function removeMessage(control, kind) {
  document.getElementById(`${control.id}-${kind}`)?.remove();
  const left = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== `${control.id}-${kind}`);
  if (left.length) control.setAttribute("aria-describedby", left.join(" "));
  else control.removeAttribute("aria-describedby");
}

function showRefusal(name, sentence) {
  const control = controlOf(name);
  if (!control) return;
  const element = message(control, "error");
  element.className = "field-error";
  element.textContent = sentence;
  control.setAttribute("aria-invalid", "true");
}

function clearRefusal(control) {
  removeMessage(control, "error");
  control.removeAttribute("aria-invalid");
}

/** What the saver brought back into its field stands in the box too. */
function showText(saver, name) {
  const control = controlOf(name);
  const field = saver.fields.get(name);
  if (control && field && valueOf(control) !== field.text) show(control, field.text);
}

/** Forms that note a fact, and replies, are sent when they are pressed: what stands there is not saved. */
export function hasHalfTyped() {
  const controls = document.querySelectorAll(":is(form[data-fact], .remark) :is(textarea, input:not([type=hidden], [type=radio], [type=checkbox]))");
  return [...controls].some((control) => control.value !== control.defaultValue);
}

/** Two texts of a field that this page does not show: the call's own page has it, and both. */
function showElsewhere() {
  if (document.getElementById("conflict-elsewhere")) return;
  const url = document.body.dataset.callUrl.replace("00000000-0000-0000-0000-000000000000", document.querySelector("[data-call-id]").dataset.callId);
  const line = Object.assign(document.createElement("p"), { id: "conflict-elsewhere", className: "notice notice--care" });
  const link = Object.assign(document.createElement("a"), { href: url, textContent: "Open the call" });
  line.append("Text that was left unsent here differs from what is stored now. Both are kept. ", link, " to choose which one stands.");
  document.querySelector("main").prepend(line);
}

function showConflict(saver, name, stored) {
  const control = controlOf(name);
  if (!control) return showElsewhere();
  const element = message(control, "conflict");
  element.className = "conflict";
  element.dataset.conflict = "";
  const isText = saver.isText(name);
  const title = document.createElement("p");
  title.className = "conflict-title";
  title.textContent = "Two texts: this field was changed somewhere else too. Both are kept; choose which one stands.";
  const side = (label, words, what) => {
    const half = document.createElement("div");
    const heading = document.createElement("p");
    heading.className = "hint";
    heading.textContent = label;
    const text = document.createElement("pre");
    text.className = "conflict-stored";
    text.tabIndex = 0;
    text.setAttribute("role", "region");
    text.setAttribute("aria-label", `${label}: ${nameOf(control)}`);
    text.textContent = words || "(nothing)";
    text.dataset[what] = "";
    half.append(heading, text);
    return half;
  };
  const sides = document.createElement("div");
  sides.className = "conflict-sides";
  sides.append(
    side("Mine", wordsOf(control, valueOf(control)), "mine"),
    side("Theirs, stored", wordsOf(control, stored), "theirs"),
  );
  const choose = (label, chosen) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = label;
    button.addEventListener("click", () => {
      const [mine, standing] = [valueOf(control), chosen()];
      show(control, standing);
      removeMessage(control, "conflict");
      saver.settle(name, standing, mine);
      control.focus();
    });
    return button;
  };
  element.replaceChildren(title, sides, choose("Keep mine", () => valueOf(control)), choose("Keep theirs", () => stored));
  if (isText) element.append(choose("Join", () => join(stored, valueOf(control))));
}

/** Both texts in one: what only one of them adds at its end follows the other. */
export function join(theirs, mine) {
  if (mine.startsWith(theirs)) return mine;
  if (theirs.startsWith(mine)) return theirs;
  return [theirs.trimEnd(), mine].filter(Boolean).join("\n");
}

const time = (at) => new Date(at).toLocaleTimeString("en-US", {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone,
});
const changes = (count) => (count === 1 ? "1 field waits" : `${count} fields wait`);

const SENTENCES = {
  saved: ({ clock }) => (clock ? `Saved ${clock}` : "Saved"),
  saving: () => "Saving…",
  looking: () => "Saving – looking for unsent text…",
  // Two short lines, so that nothing on the screen moves; what does not fit stands in its title.
  failed: ({ since, waiting, isKept }) => `Not saved since ${time(since)} – ${changes(waiting)}${isKept ? ", kept here" : " in this page only"}`,
  stuck: ({ why, clock }) => `Saved${clock ? ` ${clock}` : ""}, but ${why}; then press again`,
  locked: ({ waiting }) => (waiting ? `Not saved – signed out. ${changes(waiting)}.` : "Saved, signed out"),
  elsewhere: ({ waiting }) => (waiting ? `Not saved – written elsewhere. ${changes(waiting)} here.` : "Paused – written elsewhere"),
  handed_over: ({ waiting }) => (waiting ? "Not saved – handed over. What was not sent is marked." : "Paused – handed over"),
  refused: () => "Not saved – a field needs a look",
  paused: () => "Paused – two texts, choose one",
  frozen: ({ frozen }) => `Not saved – ${frozen}`,
};

/** Show the state of saving; only changes to and from trouble are read aloud. */
function showState() {
  let wasTrouble = false;
  return (state, about) => {
    const line = document.getElementById("save-status");
    const sentence = SENTENCES[state](about);
    const isTrouble = !["saved", "saving", "looking"].includes(state);
    const isFailed = state === "failed" || state === "stuck";
    if (line && line.textContent !== sentence) line.textContent = sentence;
    const kept = about.isKept ? "" : " This browser keeps no copy: leave this page open.";
    if (line) line.title = isFailed ? `${sentence}. Retrying: ${about.why}. Go on typing.${kept}` : isTrouble ? sentence : "";
    if (line) line.dataset.state = isTrouble ? (["paused", "elsewhere", "handed_over"].includes(state) ? "paused" : "failed") : state === "looking" ? "saving" : state;
    const button = document.querySelector("[data-save-now]");
    if (button) button.hidden = !isFailed;
    showWhere(about.where);
    if (isTrouble !== wasTrouble && (isTrouble || state === "saved")) {
      wasTrouble = isTrouble;
      const announcer = document.getElementById("save-announcer");
      if (announcer) announcer.textContent = isFailed ? `${sentence}. ${about.why[0].toUpperCase()}${about.why.slice(1)}. Go on typing.${kept}` : sentence;
    }
  };
}

/** Mark the sections with a field that waits for the worker; a button goes to one that is not in view. */
function showWhere(names) {
  const controls = names.map(controlOf).filter(Boolean);
  const hidden = controls.find((control) => !control.offsetParent);
  const button = document.querySelector("[data-show-trouble]");
  if (button) {
    button.hidden = !hidden;
    button.dataset.goToField = hidden?.dataset.field ?? "";
  }
  markTabs(controls, "needs a look");
}

/** Say of the tabs of some controls, and of no other, what is the matter there. */
export function markTabs(controls, words) {
  const panels = new Set(controls.map((control) => control.closest("[data-panel]")?.dataset.panel));
  for (const tab of document.querySelectorAll("[data-tab]")) {
    const mark = tab.querySelector("[data-mark]");
    const isMarked = panels.has(tab.dataset.tab);
    if (mark?.textContent === words && !isMarked) mark.remove();
    if (isMarked && !mark) tab.append(Object.assign(document.createElement("strong"), { className: "tab-mark", textContent: words }));
    if (isMarked) tab.lastElementChild.dataset.mark = "";
  }
}

const RELOADS = 3;

/** Note which revisions the last words of this page were typed over. */
function noteFlushed(root, saver) {
  const waiting = [...saver.fields.values()].filter((field) => saver.isDirty(field) && !saver.isRefused(field));
  if (!waiting.length) return;
  const revisions = Object.fromEntries(waiting.map((field) => [field.name, field.revision]));
  keepNote({ url: root.dataset.saveUrl, revisions, reloads: 0 });
}

/**
 * Whether this page was made before the last words of the one before were stored: a reload races
 * with them. Then it is loaded once more, a few times at most.
 */
function isBehind(root) {
  const note = takeNote();
  if (note?.url !== root.dataset.saveUrl || note.reloads >= RELOADS) return false;
  const isOld = ([name, revision]) => {
    const control = controlOf(name);
    if (control) return Number(control.dataset.revision) <= revision;
    // A row that was just made is not here, and there is a place for it.
    return revision === 0 && document.querySelector(`[data-rows^="${CSS.escape(name.split(".")[0])}"]`) !== null;
  };
  if (!Object.entries(note.revisions).some(isOld)) return false;
  keepNote({ ...note, reloads: note.reloads + 1 });
  return true;
}

/** The first key makes an answer: the screen does not wait for the server to say so. */
function noLongerBlank(box) {
  const blank = box.closest(".prompt").querySelector('input[value="not_asked"]:checked');
  if (blank) blank.checked = false;
}

/** Start saving for the page under `root`; returns the saver, or null where it is loaded anew. */
export function startSaving(root) {
  if (isBehind(root)) {
    setTimeout(() => location.reload(), 100);
    return null;
  }
  const saver = new Saver({
    url: root.dataset.saveUrl,
    tokenUrl: root.dataset.tokenUrl,
    token: document.querySelector("input[name=csrfmiddlewaretoken]").value,
    page: crypto.randomUUID(),
    user: document.body.dataset.user,
    isText: (name) => controlOf(name)?.matches("textarea, input:not([type=checkbox], [type=date])") ?? true,
    rowOf: (name) => {
      const row = (controlOf(name) ?? document.body).closest("[data-row-id]");
      if (!row || (!("new" in row.dataset) && !("unlocked" in row.dataset))) return undefined;
      const about = JSON.parse(row.dataset.rowAbout);
      return "unlocked" in row.dataset ? { ...about, unlocked: "yes" } : about;
    },
    on: {
      state: showState(),
      signedOut: () => document.dispatchEvent(new CustomEvent("session:lost")),
      stranger: () => document.dispatchEvent(new CustomEvent("session:other")),
      handedOver: () => document.dispatchEvent(new CustomEvent("hand-over:lost")),
      token: (token) => {
        for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
      },
      conflict: (name, stored) => {
        showText(saver, name);
        showConflict(saver, name, stored);
      },
      refused: (name, sentence) => {
        const control = controlOf(name);
        showText(saver, name);
        showRefusal(name, sentence);
        if (!control || control.matches("textarea, input:not([type=checkbox])")) return;
        if (!saver.isRefused(saver.fields.get(name))) return; // another one was chosen meanwhile
        show(control, saver.fields.get(name).stored); // a choice goes back, a text stays
        saver.revert(name);
      },
      stored: (name, field, changed) => {
        const control = controlOf(name);
        if (control) {
          control.dataset.revision = field.revision;
          clearRefusal(control);
          rowElement(control)?.removeAttribute("data-new");
          setBase(name, field.revision);
        }
        for (const [other, { revision }] of Object.entries(changed)) {
          const its = controlOf(other);
          if (its) {
            show(its, saver.fields.get(other).text);
            clearRefusal(its);
          }
          setBase(other, revision);
        }
        root.dispatchEvent(new CustomEvent("call:changed"));
        root.dispatchEvent(new CustomEvent("call:stored", { detail: name }));
      },
    },
  });
  for (const control of root.querySelectorAll("[data-field]")) {
    saver.watch(control.dataset.field, servedValueOf(control), Number(control.dataset.revision));
    // Typed before this script arrived: the first key counts too.
    if (valueOf(control) !== servedValueOf(control)) saver.change(control.dataset.field, valueOf(control));
  }
  // Taken up again, a call goes on where it stopped.
  const box = document.activeElement;
  const isUntouched = box?.matches?.("textarea[data-field]") && box.value === box.defaultValue;
  if (isUntouched) {
    box.setSelectionRange(box.value.length, box.value.length);
    box.scrollTop = box.scrollHeight;
  }
  const take = (event) => {
    const control = event.target.closest?.("[data-field]");
    if (!control) return;
    // Leaving the box is a change event too; the refusal of a text stays as long as the text.
    if (saver.fields.get(control.dataset.field)?.refused !== valueOf(control)) clearRefusal(control);
    const mine = document.querySelector(`#${CSS.escape(control.id)}-conflict [data-mine]`);
    if (mine) mine.textContent = wordsOf(control, valueOf(control)) || "(nothing)";
    if (event.target.matches(".prompt textarea") && control.value) noLongerBlank(control);
    saver.change(control.dataset.field, valueOf(control));
    const isTyped = event.target.matches("textarea, input:not([type=radio], [type=checkbox])");
    if (event.type === "change" && !isTyped) saver.hurry();
    root.dispatchEvent(new CustomEvent("call:changed"));
  };
  // A group of radios goes back to "not asked": the chosen one is pressed again, or Backspace.
  let pressed = null;
  const clearChoice = (radio) => {
    const group = radio.closest("fieldset[data-clearable]");
    if (!group || !radio.checked) return;
    radio.checked = false;
    group.dispatchEvent(new Event("change", { bubbles: true }));
  };
  root.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest?.("label")?.querySelector("input[type=radio]");
    pressed = radio?.checked ? radio : null;
  });
  root.addEventListener("click", (event) => {
    if (event.target === pressed) clearChoice(pressed);
  });
  root.addEventListener("keydown", (event) => {
    if (["Backspace", "Delete"].includes(event.key) && event.target.matches("input[type=radio]")) {
      clearChoice(event.target);
    }
  });
  root.addEventListener("input", take);
  root.addEventListener("change", take);
  root.querySelector("[data-save-now]")?.addEventListener("click", () => saver.hurry());
  window.addEventListener("online", () => saver.hurry());
  window.addEventListener("focus", () => ["failed", "stuck"].includes(saver.state) && saver.hurry());
  document.addEventListener("visibilitychange", () => (document.hidden ? saver.flush() : saver.hurry()));
  // Unlocking brings a new token; until then nothing of this page travels.
  document.addEventListener("session:locked", () => saver.lock());
  document.addEventListener("session:unlocked", () => saver.resume());
  let isLeft = false;
  document.addEventListener("call:kept", () => (isLeft = true)); // in the journal, whatever is unsent
  document.addEventListener("session:stranger", () => {
    isLeft = true;
    saver.lock(); // nothing of this page goes to somebody else's session
  });
  window.addEventListener("beforeunload", (event) => {
    if (isLeft || (!saver.hasUnsaved && !hasHalfTyped())) return;
    // Where nothing is the matter it travels by itself, and the browser has it should it not arrive.
    const isSafe = "leavesQuietly" in root.dataset && saver.state === "saving" && saver.journal?.works;
    if (!isSafe) event.preventDefault();
    saver.flush(); // it travels while the question is read
    noteFlushed(root, saver);
  });
  return saver;
}

/** A plain form that is sent later carries the revision that stands. */
function setBase(name, revision) {
  const base = document.querySelector(`input[name="${CSS.escape(`base:${name}`)}"]`);
  if (base) base.value = revision;
}
