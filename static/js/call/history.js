/**
 * Undo and redo of every field, one history for each, which outlive a reload. The browser's own
 * undoing knows nothing of what scripts put into a box, nor of radios, nor of the page before.
 */

import { controlOf, show, valueOf } from "./fields.js";
import { goToField } from "./tabs.js";

const PAUSE = 1000; // ms without a key: what comes next is undone by itself
const WORDS = 20; // characters, after which the end of a word ends an entry too
const ENTRIES = 100; // of one field
const ROOM = 400000; // UTF-16 units that the entries of one field may hold
const KEEP_AFTER = 1000; // ms after a change until it is kept for the page that follows

/** What makes `to` out of `from`: {start, gone, came}, in UTF-16 units. */
function changeOf(from, to) {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  return { start, gone: from.slice(start, from.length - end), came: to.slice(start, to.length - end) };
}

const put = (text, start, gone, came) => text.slice(0, start) + came + text.slice(start + gone.length);
const sizeOf = (entry) => entry.gone.length + entry.came.length;
const isEntry = (one) => Number.isInteger(one?.start) && typeof one.gone === "string" && typeof one.came === "string";

/** The texts that a field had, as changes with the caret before and after each. Knows no page. */
export class History {
  constructor(text) {
    this.first = text; // before `past`, as long as nothing of it was let go
    this.text = text;
    this.past = [];
    this.future = [];
    this.typing = null; // the entry that typing still adds to: {base, at, count, kind, isOver}
  }

  /** The history that `toJSON` gave; null where it is none. */
  static from(kept) {
    const isOne = typeof kept?.text === "string" && [kept.past, kept.future].every((list) => Array.isArray(list) && list.every(isEntry));
    if (!isOne) return null;
    const history = new History(kept.text);
    Object.assign(history, { past: kept.past, future: kept.future, first: null });
    return history;
  }

  toJSON() {
    return { text: this.text, past: this.past, future: this.future };
  }

  get canUndo() {
    return this.past.length > 0;
  }

  get canRedo() {
    return this.future.length > 0;
  }

  /**
   * Take the text that stands now. Typing adds to the entry that typing began, until a pause, the
   * end of a word after 20 characters, or a change between typing and deleting; whatever else
   * changes a text is an entry of its own. `before` and `after` are carets, [start, end].
   */
  record(text, { at = 0, isTyped = false, before = null, after = null } = {}) {
    if (text === this.text) return;
    const kind = text.length < this.text.length ? "less" : "more";
    const open = this.typing;
    if (isTyped && open && !open.isOver && open.kind === kind && at - open.at <= PAUSE) {
      const { before: begun } = this.past.pop();
      if (text !== open.base) this.past.push({ ...changeOf(open.base, text), before: begun, after });
    } else {
      this.past.push({ ...changeOf(this.text, text), before, after });
      this.typing = isTyped ? { base: this.text, kind, count: 0 } : null;
    }
    if (isTyped) {
      const now = this.typing;
      now.at = at;
      now.count += Math.max(1, Math.abs(text.length - this.text.length));
      const last = text.slice(0, after?.[1] ?? text.length).at(-1) ?? " ";
      now.isOver = text === now.base || (now.count >= WORDS && !/[\p{L}\p{M}\p{N}]/u.test(last));
    }
    this.text = text;
    this.future = [];
    this.letGo();
  }

  /** Go one entry back: {text, caret}, or null where there is none. */
  undo() {
    const entry = this.past.pop();
    if (!entry) return null;
    this.typing = null;
    this.future.push(entry);
    this.text = put(this.text, entry.start, entry.came, entry.gone);
    const end = entry.start + entry.gone.length;
    return { text: this.text, caret: entry.before ?? [end, end] };
  }

  /** Go one entry forward again: {text, caret}, or null where there is none. */
  redo() {
    const entry = this.future.pop();
    if (!entry) return null;
    this.typing = null;
    this.past.push(entry);
    this.text = put(this.text, entry.start, entry.gone, entry.came);
    const end = entry.start + entry.came.length;
    return { text: this.text, caret: entry.after ?? [end, end] };
  }

  /** What typing comes next begins an entry. */
  close() {
    this.typing = null;
  }

  /**
   * The history of the page before, gone on with by this one. What this page found in the field,
   * when it is not what that page left, is an entry between the two.
   */
  after(earlier) {
    if (earlier.text === this.text) return earlier;
    if (this.first === null) return this; // too much happened here: what came before is let go
    earlier.record(this.first);
    earlier.past.push(...this.past);
    if (this.past.length || this.future.length) earlier.future = this.future;
    Object.assign(earlier, { text: this.text, typing: this.typing });
    earlier.letGo();
    return earlier;
  }

  /** Let the oldest entries go when there are too many, or too much in them. */
  letGo() {
    let size = this.past.reduce((sum, entry) => sum + sizeOf(entry), 0);
    while (this.past.length > 1 && (this.past.length > ENTRIES || size > ROOM)) {
      size -= sizeOf(this.past.shift());
      this.first = null;
    }
  }
}

// What comes letter by letter; anything else (pasting, dropping, cutting, a snippet) comes at once.
const TYPED = new Set([
  "insertText", "insertLineBreak", "insertParagraph", "deleteContentBackward", "deleteContentForward",
  "deleteWordBackward", "deleteWordForward",
]);
const isTyping = (event) =>
  TYPED.has(event.inputType) && (event.inputType !== "insertText" || Array.from(event.data ?? "").length === 1);

const isText = (control) => control.matches("textarea, input:not([type=radio], [type=checkbox])");

/** Whether a control takes no change: exact words that are locked, a page that only reads. */
export function isLocked(control) {
  if (control.matches("fieldset")) return [...control.querySelectorAll("input")].every((radio) => radio.disabled);
  return control.disabled || control.readOnly === true;
}

/** What a control is called, as far as it is shown. */
export function titleOf(control) {
  const name = (control.querySelector("legend") ?? control.labels?.[0])?.cloneNode(true);
  for (const hidden of name?.querySelectorAll("[hidden]") ?? []) hidden.remove();
  for (const inner of name?.querySelectorAll("input, select, textarea") ?? []) inner.remove();
  const words = name?.textContent.replace(/\s+/g, " ").trim() || "this field";
  return words.length > 80 ? `${words.slice(0, 79)}…` : words;
}

function caretOf(control) {
  if (!isText(control)) return null;
  const { selectionStart, selectionEnd } = control;
  return selectionStart === null ? null : [selectionStart, selectionEnd];
}

function setCaret(control, caret) {
  if (!caret || caretOf(control) === null) return;
  const [start, end] = caret.map((place) => Math.min(place, control.value.length));
  control.setSelectionRange(start, end);
}

/** Which way a key goes, by its letter: the places of Z and Y differ between keyboards. */
function wayOf(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return "";
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace("Key", "").toLowerCase();
  if (letter === "z") return event.shiftKey ? "redo" : "undo";
  return letter === "y" && !event.shiftKey ? "redo" : "";
}

const forgetful = { load: async () => null, save: async () => {} };

/**
 * Start the histories of the page's fields. `store` keeps one object for the page that follows:
 * {load(): Promise<object|null>, save(object)}; it has to be sealed, the object is full of words.
 * Returns {current(), goTo(control), takeVersion(control, text)}: the control focused last, the
 * way to it, and the way to put an earlier version into it.
 */
export function startHistory(root, saver, store = forgetful) {
  const histories = new Map(); // by the names of fields
  const tools = Object.fromEntries(["undo", "redo", "versions"].map((way) => [way, root.querySelector(`[data-${way}]`)]));
  const note = root.querySelector("[data-history-note]");
  let others = {}; // of fields that this page does not show
  let last = controlOf("narrative.text");
  let composing = null;
  let before = null; // the caret before what is being typed: {control, caret}
  let timer = null;
  let isRead = false; // whether the page before was asked what it left
  let isKept = true; // a page that changes nothing keeps nothing: another one may write this call

  const controls = () => root.querySelectorAll("[data-field]");

  function historyOf(control) {
    const name = control.dataset.field;
    if (!histories.has(name)) histories.set(name, new History(valueOf(control)));
    return histories.get(name);
  }

  function keep() {
    clearTimeout(timer);
    timer = null;
    if (!isRead || isKept) return;
    isKept = true;
    root.dataset.notes = "keeping";
    const mine = [...histories].filter(([, one]) => one.canUndo || one.canRedo);
    const notes = { fields: { ...others, ...Object.fromEntries(mine) } };
    Promise.resolve(store.save(notes)).then(() => (root.dataset.notes = isKept ? "kept" : "changed"));
  }

  function changed() {
    isKept = false;
    root.dataset.notes = "changed";
    timer ??= setTimeout(keep, KEEP_AFTER);
    showTools();
  }

  /** Take what a script or the server put into a control. */
  function notice(control) {
    const history = historyOf(control);
    const text = control === composing ? history.text : valueOf(control);
    if (text === history.text) return;
    history.record(text, { after: caretOf(control) });
    changed();
  }

  function showTools() {
    if (!tools.undo) return;
    const [title, history] = [last ? titleOf(last) : "", last && historyOf(last)];
    const may = { undo: history?.canUndo, redo: history?.canRedo, versions: Boolean(last) };
    for (const [way, button] of Object.entries(tools).filter(([, one]) => one)) {
      const isOff = !may[way] || (way !== "versions" && isLocked(last));
      const place = button.querySelector("[data-of]");
      const words = title && ` ${place.dataset.of} ${title}`;
      if (place.textContent !== words) place.textContent = words;
      button.setAttribute("aria-disabled", String(isOff));
    }
  }

  function say(sentence) {
    // The same words twice are read once: a space makes them others.
    if (note) note.textContent = note.textContent === sentence ? `${sentence}\u00a0` : sentence;
  }

  function reveal(control) {
    if (!control.contains(document.activeElement)) goToField(control.dataset.field);
  }

  function use(control, text, caret = null) {
    show(control, text);
    setCaret(control, caret);
    control.dispatchEvent(new Event(isText(control) ? "input" : "change", { bubbles: true }));
  }

  function go(control, way) {
    if (isLocked(control)) {
      say("This takes no changes now.");
      return;
    }
    reveal(control);
    notice(control);
    const step = historyOf(control)[way]();
    if (step) {
      use(control, step.text, step.caret);
      changed();
    }
    const done = way === "undo" ? "Undone" : "Redone";
    say(step ? `${done}: ${titleOf(control)}` : `Nothing to ${way}: ${titleOf(control)}`);
  }

  // Before anybody else hears of it: what is typed is known from what scripts make of it.
  const hear = (type, does) => root.addEventListener(type, (event) => {
    const control = event.target.closest?.("[data-field]");
    if (control) does(control, event);
  }, { capture: true });

  hear("focusin", (control) => {
    last = control;
    const row = control.closest("[data-row-id]"); // a new one begins with what it has now
    for (const one of row?.querySelectorAll("[data-field]") ?? []) historyOf(one);
    notice(control);
    showTools();
  });
  hear("keydown", (control, event) => {
    const way = wayOf(event);
    if (!way || event.isComposing) return;
    event.preventDefault();
    go(control, way);
  });
  hear("beforeinput", (control, event) => {
    const way = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
    if (way) {
      event.preventDefault();
      go(control, way);
    } else if (control !== composing) {
      notice(control);
      before = { control, caret: caretOf(control) };
    }
  });
  const take = (control, isTyped) => {
    const history = historyOf(control);
    const text = valueOf(control);
    if (text === history.text) return;
    const begun = before?.control === control ? before.caret : null;
    history.record(text, { at: performance.now(), isTyped, before: begun, after: caretOf(control) });
    before = null;
    changed();
  };
  hear("input", (control, event) => control !== composing && take(control, isTyping(event)));
  hear("change", (control) => take(control, false));
  hear("compositionstart", (control) => {
    before = { control, caret: caretOf(control) };
    composing = control;
  });
  hear("compositionend", (control) => {
    composing = null;
    take(control, true);
  });
  root.addEventListener("call:changed", () => {
    for (const control of controls()) notice(control);
  });
  root.addEventListener("mousedown", (event) => {
    // A press with the pointer leaves the caret where the worker types.
    if (event.target.closest("[data-undo], [data-redo]")) event.preventDefault();
  });
  for (const way of ["undo", "redo"]) tools[way]?.addEventListener("click", () => last && go(last, way));
  document.addEventListener("visibilitychange", () => document.hidden && keep());

  /** Put an earlier version into a control; what stands there is kept among the versions. */
  function takeVersion(control, text) {
    reveal(control);
    if (isLocked(control)) {
      say("This takes no changes now.");
      return;
    }
    notice(control);
    historyOf(control).close();
    saver.keepEarlier(control.dataset.field);
    use(control, text);
    say(`Put into the box: ${titleOf(control)}`);
  }

  /** Take up what the page before left. */
  async function read() {
    const kept = (await store.load())?.fields ?? {};
    for (const [name, one] of Object.entries(kept)) {
      const earlier = History.from(one);
      const control = controlOf(name);
      if (earlier && control) histories.set(name, historyOf(control).after(earlier));
      else if (earlier) others[name] = one;
    }
    isRead = true;
    keep();
    showTools();
  }

  for (const control of controls()) historyOf(control);
  showTools();
  read();
  return { current: () => last, goTo: reveal, takeVersion };
}
