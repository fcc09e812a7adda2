/** The texts that a field had: what is one entry, going back and forth, going on after a reload. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/js/call/history.js";

/** Type `words` letter by letter at the end, a tenth of a second each; returns the time after. */
function type(history, words, at = 0) {
  for (const letter of words) {
    const [text, end] = [history.text + letter, history.text.length];
    history.record(text, { at, isTyped: true, before: [end, end], after: [end + 1, end + 1] });
    at += 100;
  }
  return at;
}

/** Take letters away at the end. */
function erase(history, count, at) {
  for (let turn = 0; turn < count; turn += 1) {
    history.record(history.text.slice(0, -1), { at: at + turn * 100, isTyped: true });
  }
}

/** Every text that undoing comes to, the newest first. */
function back(history) {
  const texts = [];
  for (let step = history.undo(); step; step = history.undo()) texts.push(step.text);
  return texts;
}

test("what is typed in one go is one entry, and comes back whole", () => {
  const history = new History("He ");
  type(history, "said so.");
  assert.deepEqual(history.undo(), { text: "He ", caret: [3, 3] });
  assert.equal(history.undo(), null);
  assert.deepEqual(history.redo(), { text: "He said so.", caret: [11, 11] });
  assert.equal(history.redo(), null);
});

test("a pause of more than a second begins an entry", () => {
  const history = new History("");
  const at = type(history, "One ");
  type(history, "two ", at + 900); // the last key was 1.0 s ago
  type(history, "three", at + 900 + 400 + 901);
  assert.deepEqual(back(history), ["One two ", ""]);
});

test("after 20 characters the end of a word begins an entry", () => {
  const history = new History("");
  type(history, "Twenty letters and extraordinarily more");
  assert.deepEqual(back(history), ["Twenty letters and extraordinarily ", ""]);
  const words = new History("");
  type(words, "Ein sehr langer Übergang: weiter");
  assert.deepEqual(back(words), ["Ein sehr langer Übergang:", ""]);
});

test("deleting and typing do not swallow each other", () => {
  const history = new History("");
  const at = type(history, "Nobody");
  erase(history, 3, at);
  type(history, "rse", at + 400);
  assert.equal(history.text, "Nobrse");
  assert.deepEqual(back(history), ["Nob", "Nobody", ""]);
});

test("typing over a selection keeps what was selected", () => {
  const history = new History("");
  const at = type(history, "All of this");
  history.record("x", { at, isTyped: true, before: [0, 11], after: [1, 1] });
  assert.deepEqual(history.undo(), { text: "All of this", caret: [0, 11] });
});

test("a paste, or what a script puts in, is an entry; so is the typing after it", () => {
  const history = new History("");
  const at = type(history, "See ");
  history.record("See the pasted words", { at });
  type(history, "!", at + 100);
  assert.deepEqual(back(history), ["See the pasted words", "See ", ""]);
});

test("what was taken back while it was typed leaves no empty entry", () => {
  const history = new History("ab");
  history.record("ax", { at: 0, isTyped: true });
  history.record("ab", { at: 100, isTyped: true });
  assert.equal(history.canUndo, false);
  type(history, "c", 200);
  assert.deepEqual(back(history), ["ab"]);
});

test("the caret of a change that has none is at its end", () => {
  const history = new History("one four");
  history.record("one two, four");
  assert.deepEqual(history.undo(), { text: "one four", caret: [4, 4] });
  assert.deepEqual(history.redo(), { text: "one two, four", caret: [9, 9] });
});

test("typing after undoing leaves no way forward", () => {
  const history = new History("");
  history.record("first");
  history.record("first, second");
  history.undo();
  type(history, "!");
  assert.equal(history.canRedo, false);
  assert.deepEqual(back(history), ["first", ""]);
});

test("typing after undoing does not go on with the entry before", () => {
  const history = new History("");
  const at = type(history, "abc");
  history.undo();
  history.redo();
  type(history, "d", at);
  assert.deepEqual(back(history), ["abc", ""]);
});

test("a hundred entries are kept, the newest", () => {
  const history = new History("0");
  for (let count = 1; count <= 150; count += 1) history.record(String(count));
  const texts = back(history);
  assert.equal(texts.length, 100);
  assert.equal(texts.at(-1), "50");
});

test("very long texts leave fewer entries, and always one", () => {
  const history = new History("");
  for (const letter of "abc") history.record(letter.repeat(300000));
  assert.deepEqual(back(history).map((text) => text[0]), ["b"]);
});

test("letters outside the basic plane and combined ones come back as they were", () => {
  const history = new History("😀");
  history.record("😁");
  history.record("👩‍👩‍👧 Nguyễn");
  assert.deepEqual(back(history), ["😁", "😀"]);
});

test("any course of changes is undone and redone exactly", () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const history = new History("");
  const texts = [""];
  for (let turn = 0; turn < 90; turn += 1) {
    const text = history.text;
    const start = random(text.length + 1);
    const next = text.slice(0, start) + "abc é\n".slice(random(6)) + text.slice(start + random(9));
    if (next === text) continue;
    history.record(next);
    texts.push(next);
  }
  assert.deepEqual(back(history), texts.slice(0, -1).reverse());
  for (const text of texts.slice(1)) assert.equal(history.redo().text, text);
});

const reloaded = (history) => History.from(JSON.parse(JSON.stringify(history)));

test("a reload brings the entries back, both ways", () => {
  const history = new History("");
  history.record("one");
  history.record("one two");
  history.undo();
  const next = new History("one").after(reloaded(history));
  assert.equal(next.redo().text, "one two");
  assert.deepEqual(back(next), ["one", ""]);
});

test("another text that stands after a reload is an entry more", () => {
  const history = new History("");
  history.record("mine");
  const next = new History("theirs").after(reloaded(history));
  assert.equal(next.text, "theirs");
  assert.deepEqual(back(next), ["mine", ""]);
});

test("what was typed before the entries came back follows them", () => {
  const history = new History("");
  history.record("one");
  const here = new History("one");
  const at = type(here, " two");
  const next = here.after(reloaded(history));
  type(next, "!", at); // the entry that was begun goes on
  assert.equal(next.text, "one two!");
  assert.deepEqual(back(next), ["one", ""]);
});

test("what was undone before the entries came back can be redone", () => {
  const history = new History("");
  history.record("one");
  const here = new History("one");
  here.record("one two");
  here.undo();
  const next = here.after(Object.assign(reloaded(history), { text: "zero", past: [], future: [] }));
  assert.equal(next.redo().text, "one two");
});

test("what is no history is not taken for one", () => {
  for (const kept of [null, {}, { text: 1, past: [], future: [] }, { text: "", past: [{}], future: [] }]) {
    assert.equal(History.from(kept), null);
  }
});
