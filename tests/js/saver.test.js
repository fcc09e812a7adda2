/** The queue of saves against a model of the server's side of the protocol. Run: node --test */

import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { mock, test } from "node:test";

import { Saver, clean, difference } from "../../static/js/call/saver.js";

globalThis.crypto ??= webcrypto; // Node 18 has it as a module only

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
// The real one works in a thread of its own; no test should depend on how fast that is.
mock.method(crypto.subtle, "digest", async (name, bytes) => createHash("sha256").update(bytes).digest().buffer);

/** Time that stands still until it is told to go on. */
class Clock {
  constructor() {
    this.time = Date.parse("2026-03-02T10:42:00Z");
    this.timers = new Map();
    this.last = 0;
  }

  set(run, wait) {
    this.timers.set((this.last += 1), { run, at: this.time + wait });
    return this.last;
  }

  /** Let what was promised happen. */
  async settle() {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Let `wait` milliseconds pass, with every timer in its turn. */
  async pass(wait) {
    const end = this.time + wait;
    await this.settle();
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= end);
      if (!due.length) break;
      const [key, timer] = due.sort(([, a], [, b]) => a.at - b.at)[0];
      this.timers.delete(key);
      this.time = Math.max(this.time, timer.at);
      timer.run();
      await this.settle();
    }
    this.time = end;
  }
}

/** The server's side, as intake/actions/saves.py keeps it. */
class Server {
  constructor() {
    this.rows = new Map();
    this.requests = []; // every body that was sent, whether it arrived or not
    this.background = []; // which of them said that nobody did anything
    this.inFlight = 0;
    this.most = 0;
    this.trouble = []; // one for each of the next requests: "offline", "lost", "held", or a status
    this.token = "first";
    this.isSignedIn = true;
    this.user = undefined;
    this.held = null;
  }

  row(name) {
    if (!this.rows.has(name)) this.rows.set(name, { text: "", revision: 0, key: null });
    return this.rows.get(name);
  }

  /** Somebody else's save. */
  put(name, text) {
    Object.assign(this.row(name), { text, revision: this.row(name).revision + 1, key: "other" });
  }

  async fetch(url, options) {
    if (url === "/token/") {
      return this.isSignedIn ? answer(200, { token: this.token, user: this.user }) : answer(401, { reason: "signed_out" });
    }
    this.inFlight += 1;
    this.most = Math.max(this.most, this.inFlight);
    try {
      const body = JSON.parse(options.body);
      this.requests.push(body);
      this.background.push(options.headers["X-Background"] === "yes");
      const trouble = this.trouble.shift();
      if (trouble === "offline") throw new TypeError("Failed to fetch");
      if (trouble === "held") {
        await new Promise((resolve, reject) => {
          this.held = resolve;
          options.signal?.addEventListener("abort", () => reject(options.signal.reason));
        });
      }
      if (typeof trouble === "object") return answer(trouble.status, trouble.body);
      if (!this.isSignedIn) return answer(401, { reason: "signed_out" });
      if (options.headers["X-CSRFToken"] !== this.token) return answer(403, { reason: "csrf" });
      const said = this.save(body);
      if (trouble === "lost") throw new TypeError("Failed to fetch");
      return said;
    } finally {
      this.inFlight -= 1;
    }
  }

  save({ field, text, splice, base, key, after }) {
    const row = this.row(field);
    const stale = () => answer(409, { reason: "stale", field, revision: row.revision, text: row.text });
    const done = (changed = {}) =>
      answer(200, { field, revision: row.revision, clock: `10:42:${String(row.revision).padStart(2, "0")}`, changed });
    if (row.key === key) return done();
    const fits = base === row.revision || (after ?? []).includes(row.key);
    let target = text;
    if (splice) {
      const all = Array.from(row.text);
      target = [...all.slice(0, splice.start), ...Array.from(splice.insert), ...all.slice(splice.start + splice.delete)].join("");
      if (!splice.sha256) {
        if (after ? !after.includes(row.key) : base !== row.revision) return stale();
      } else if (splice.sha256 !== sha256(target)) {
        if (splice.sha256 !== sha256(row.text)) return stale();
        target = row.text;
      } else if (!fits) return stale();
    }
    if (target === row.text) return done();
    if (!fits) return stale();
    const before = row.text;
    Object.assign(row, { text: target, revision: row.revision + 1, key });
    return done(this.follow(field, before, target));
  }

  /** Typing an answer sets its status, emptying it takes the status back. */
  follow(field, before, text) {
    if (!field.startsWith("answer.") || !field.endsWith(".text") || Boolean(before) === Boolean(text)) return {};
    const name = field.replace(/text$/, "status");
    const status = this.row(name);
    Object.assign(status, { text: text ? "answered" : "not_asked", revision: status.revision + 1, key: "" });
    return { [name]: { text: status.text, revision: status.revision } };
  }
}

function answer(status, body) {
  return { ok: status < 300, status, json: async () => structuredClone(body) };
}

/** A saver on a page of the given fields, with its server, its clock and what it told. */
function make(fields = { "narrative.text": "" }) {
  const clock = new Clock();
  const server = new Server();
  const told = { states: [], conflicts: [], refused: [], locks: [], about: null };
  const saver = new Saver({
    url: "/save/",
    tokenUrl: "/token/",
    token: "first",
    fetch: (url, options = {}) => server.fetch(url, options),
    now: () => clock.time,
    setTimer: (run, wait) => clock.set(run, wait),
    clearTimer: (timer) => clock.timers.delete(timer),
    on: {
      state: (state, about) => {
        told.about = about;
        if (told.states.at(-1) !== state) told.states.push(state);
      },
      signedOut: () => told.locks.push("signed out"),
      stranger: () => told.locks.push("stranger"),
      elsewhere: () => told.locks.push("elsewhere"),
      handedOver: () => told.locks.push("handed over"),
      conflict: (name, stored) => told.conflicts.push([name, stored]),
      refused: (name, sentence) => told.refused.push([name, sentence]),
    },
  });
  for (const [name, text] of Object.entries(fields)) {
    if (text) server.put(name, text);
    saver.watch(name, text, server.row(name).revision);
  }
  const stored = (name = "narrative.text") => server.row(name).text;
  return { clock, server, saver, told, stored };
}

const FIELD = "narrative.text";

test("saves half a second after the last key, and not before", async () => {
  const { clock, server, saver, stored } = make();
  saver.change(FIELD, "a");
  await clock.pass(400);
  saver.change(FIELD, "ab");
  await clock.pass(499);
  assert.equal(server.requests.length, 0);
  assert.equal(saver.state, "saving");
  await clock.pass(1);
  assert.equal(server.requests.length, 1);
  assert.equal(stored(), "ab");
  assert.equal(saver.state, "saved");
});

test("saves at most three seconds after the first key while typing goes on", async () => {
  const { clock, server, saver } = make();
  for (let key = 0; key < 10; key += 1) {
    saver.change(FIELD, "x".repeat(key + 1));
    await clock.pass(key < 9 ? 300 : 299);
  }
  assert.equal(server.requests.length, 0);
  await clock.pass(1);
  assert.deepEqual(server.requests.map((body) => body.text.length), [10]);
});

test("leaving a box without a change does not hasten the next save", async () => {
  const { clock, server, saver } = make();
  saver.change(FIELD, ""); // what the browser calls a change when the box is left
  await clock.pass(60_000);
  saver.change(FIELD, "a");
  await clock.pass(499);
  assert.equal(server.requests.length, 0);
});

test("one request is in flight, and the newest text follows it", async () => {
  const { clock, server, saver, stored } = make();
  server.trouble = ["held"];
  saver.change(FIELD, "one");
  await clock.pass(500);
  for (const text of ["one t", "one tw", "one two"]) {
    saver.change(FIELD, text);
    await clock.pass(1000);
  }
  assert.equal(server.requests.length, 1);
  server.held();
  await clock.pass(500);
  assert.deepEqual(server.requests.map((body) => body.text), ["one", "one two"]);
  assert.equal(server.requests[1].base, 1);
  assert.equal(server.most, 1);
  assert.equal(stored(), "one two");
  assert.equal(saver.state, "saved");
});

test("a lost answer is asked for again by the very same request, then newer text", async () => {
  const { clock, server, saver, told, stored } = make();
  server.trouble = ["lost"];
  saver.change(FIELD, "one");
  await clock.pass(500);
  assert.equal(saver.state, "failed");
  saver.change(FIELD, "one two");
  await clock.pass(2000);
  assert.equal(server.requests[1].key, server.requests[0].key);
  assert.equal(server.requests[1].text, "one");
  assert.equal(stored(), "one two");
  assert.equal(server.row(FIELD).revision, 2);
  assert.deepEqual(told.conflicts, []);
});

test("a dead network is tried after 1, 2, 4, 8, 16 and then every 30 seconds", async () => {
  const { clock, server, saver, stored } = make();
  server.trouble = Array(9).fill("offline");
  saver.change(FIELD, "kept");
  await clock.pass(500);
  const tries = [];
  for (let second = 1; second <= 125; second += 1) {
    const before = server.requests.length;
    await clock.pass(1000);
    if (server.requests.length > before) tries.push(second);
  }
  assert.deepEqual(tries, [1, 3, 7, 15, 31, 61, 91, 121]);
  assert.equal(saver.state, "failed");
  assert.ok(saver.hasUnsaved);
  saver.hurry(); // the network is back
  await clock.pass(0);
  assert.equal(stored(), "kept");
  assert.equal(saver.state, "saved");
});

test("an answer that never comes is given up and asked for again", async () => {
  const { clock, server, saver, stored } = make();
  server.trouble = ["held"];
  saver.change(FIELD, "kept");
  await clock.pass(500);
  await clock.pass(60_000);
  assert.ok(server.requests.length > 1, "still waiting after a minute");
  assert.equal(server.requests[1].key, server.requests[0].key);
  assert.equal(stored(), "kept");
});

test("an expired session keeps the text; nothing is sent until the same user is back", async () => {
  const { clock, server, saver, told, stored } = make();
  server.isSignedIn = false;
  saver.change(FIELD, "kept");
  await clock.pass(5000);
  assert.equal(saver.state, "locked");
  assert.deepEqual(told.locks, ["signed out"]);
  const sent = server.requests.length;
  saver.change(FIELD, "kept, and more");
  await clock.pass(60_000);
  assert.equal(server.requests.length, sent);
  server.isSignedIn = true;
  server.token = "second"; // a new session has a new token
  await Promise.all([saver.resume(), clock.pass(1000)]);
  await clock.pass(1000);
  assert.equal(stored(), "kept, and more");
  assert.equal(saver.state, "saved");
});

test("nothing goes to the session of somebody else", async () => {
  const { clock, server, saver, told, stored } = make();
  saver.user = "ada";
  server.user = "ben";
  server.trouble = [{ status: 404, body: { reason: "call" } }];
  saver.change(FIELD, "Ada's");
  await clock.pass(90_000);
  assert.deepEqual(told.locks, ["stranger"]);
  assert.equal(server.requests.length, 1);
  assert.equal(saver.state, "locked");
  assert.equal(stored(), "");
  assert.ok(saver.hasUnsaved);
});

test("where another page writes, nothing more is sent until this one takes over", async () => {
  const { clock, server, saver, told, stored } = make();
  server.trouble = [{ status: 409, body: { reason: "elsewhere", error: "Elsewhere." } }];
  saver.change(FIELD, "mine");
  await clock.pass(1000);
  assert.equal(saver.state, "elsewhere");
  assert.deepEqual(told.locks, ["elsewhere"]);
  saver.change(FIELD, "mine, and more");
  await clock.pass(60_000);
  assert.equal(server.requests.length, 1);
  await saver.resume(); // signing in again does not make this page the one that writes
  await clock.pass(60_000);
  assert.equal(saver.state, "elsewhere");
  assert.equal(server.requests.length, 1);
  await Promise.all([saver.writeAgain(), clock.pass(1000)]);
  await clock.pass(1000);
  assert.equal(stored(), "mine, and more");
});

test("where the call was handed over, nothing more is sent and what was typed stays", async () => {
  const { clock, server, saver, told, stored } = make();
  server.trouble = [{ status: 409, body: { reason: "handed_over", error: "Handed over." } }];
  saver.change(FIELD, "mine");
  await clock.pass(1000);
  assert.equal(saver.state, "handed_over");
  assert.equal(saver.handedOver, "Handed over.");
  assert.deepEqual(told.locks, ["handed over"]);
  saver.change(FIELD, "mine, and more");
  saver.handOver("Told again.");
  await clock.pass(60_000);
  assert.equal(server.requests.length, 1);
  assert.equal(stored(), "");
  assert.equal(saver.fields.get(FIELD).text, "mine, and more");
  assert.ok(saver.hasUnsaved);
  assert.equal(await saver.drain(), false);
  assert.deepEqual(told.locks, ["handed over"]);
});

/** A journal that remembers what it was told. */
class Book {
  constructor() {
    this.entries = new Map();
  }

  put(name, entry) {
    this.entries.set(name, structuredClone(entry));
  }

  drop(name) {
    this.entries.delete(name);
  }
}

test("what is not acknowledged stands in the journal, and goes when it is", async () => {
  const { clock, server, saver } = make({ [FIELD]: "base" });
  const book = new Book();
  saver.keepJournal(book);
  server.trouble = ["lost"];
  saver.change(FIELD, "base, and more");
  assert.equal(book.entries.get(FIELD).text, "base, and more");
  const known = book.entries.get(FIELD).after;
  await clock.pass(500);
  assert.ok(known.includes(server.requests[0].key), "the key was in the journal before it was sent");
  saver.change(FIELD, "base, and much more");
  assert.equal(book.entries.get(FIELD).text, "base, and much more");
  await clock.pass(5000);
  assert.equal(saver.state, "saved");
  assert.equal(book.entries.size, 0);
});

test("text typed before there was a journal comes into it", async () => {
  const { saver } = make();
  const book = new Book();
  saver.change(FIELD, "early");
  saver.keepJournal(book);
  assert.equal(book.entries.get(FIELD).text, "early");
});

for (const arrived of [true, false]) {
  test(`what a killed page left is sent once; its last save ${arrived ? "arrived" : "was lost"}`, async () => {
    const { clock, server, saver } = make({ [FIELD]: "base" });
    const book = new Book();
    saver.keepJournal(book);
    server.trouble = [arrived ? "lost" : "offline"];
    saver.change(FIELD, "base 1");
    await clock.pass(500);
    saver.change(FIELD, "base 1 2");
    const left = book.entries.get(FIELD); // the page is killed here

    const next = make();
    next.server.rows = server.rows;
    next.saver.watch(FIELD, server.row(FIELD).text, server.row(FIELD).revision);
    next.saver.keepJournal(new Book());
    next.saver.restore(FIELD, left);
    await next.clock.pass(2000);
    assert.equal(next.stored(), "base 1 2");
    assert.deepEqual(next.told.conflicts, []);
    assert.equal(next.saver.state, "saved");
    assert.equal(next.saver.journal.entries.size, 0);
  });
}

test("what a killed page left over somebody else's words is a conflict, and stays in the journal", async () => {
  const { clock, server, saver, told, stored } = make({ [FIELD]: "theirs" });
  const book = new Book();
  saver.keepJournal(book);
  saver.restore(FIELD, { text: "mine", base: 0, after: [crypto.randomUUID()], row: null, at: 1 });
  await clock.pass(2000);
  assert.deepEqual(told.conflicts, [[FIELD, "theirs"]]);
  assert.equal(stored(), "theirs");
  assert.equal(book.entries.get(FIELD).text, "mine");
  assert.equal(server.requests.length, 1);
});

test("a new row that a killed page left is sent with what it is", async () => {
  const { clock, server, saver } = make();
  saver.restore("person.1.name", { text: "Ada", base: 0, after: [], row: { role: "child" }, at: 1 });
  await clock.pass(1000);
  assert.deepEqual(server.requests[0].row, { role: "child" });
  assert.equal(server.requests[0].text, "Ada");
});

test("trouble tells since when and how many fields wait", async () => {
  const { clock, server, saver, told } = make({ [FIELD]: "", "call.tribe": "" });
  server.trouble = Array.from({ length: 9 }, () => "offline");
  const began = clock.time + 500;
  saver.change(FIELD, "a");
  await clock.pass(500);
  saver.change("call.tribe", "b");
  await clock.pass(20_000);
  assert.equal(saver.state, "failed");
  assert.deepEqual([told.about.since, told.about.waiting], [began, 2]);
});

test("an answer that is not ours, in front of the server, is tried again", async () => {
  for (const status of [404, 409, 500, 503]) {
    const { clock, server, saver, stored } = make();
    server.trouble = [{ status, body: {} }];
    saver.change(FIELD, "kept");
    await clock.pass(5000);
    assert.equal(stored(), "kept", `after a ${status} without a reason`);
  }
});

test("a stale field pauses with both texts while others go on", async () => {
  const { clock, server, saver, told, stored } = make({ [FIELD]: "base", "call.tribe": "" });
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  assert.deepEqual(told.conflicts, [[FIELD, "theirs"]]);
  assert.equal(saver.state, "paused");
  saver.change(FIELD, "mine, and more");
  saver.change("call.tribe", "Pomo");
  await clock.pass(5000);
  assert.equal(stored("call.tribe"), "Pomo");
  assert.equal(stored(), "theirs");
  saver.settle(FIELD, "mine, and more");
  await clock.pass(0);
  assert.equal(stored(), "mine, and more");
  assert.equal(saver.state, "saved");
});

test("theirs may stand, and nothing is sent for it", async () => {
  const { clock, server, saver, stored } = make({ [FIELD]: "base" });
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  const sent = server.requests.length;
  saver.settle(FIELD, "theirs");
  await clock.pass(5000);
  assert.equal(server.requests.length, sent);
  assert.equal(stored(), "theirs");
  assert.equal(saver.state, "saved");
});

test("theirs stands, and mine is put aside before it goes", async () => {
  const { clock, server, saver, stored } = make({ [FIELD]: "base" });
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  saver.settle(FIELD, "theirs", "mine");
  await clock.pass(1000);
  assert.equal(stored(), "theirs");
  const sent = server.requests.slice(-2).map(({ text, keep }) => [text, keep]);
  assert.deepEqual(sent, [["mine", true], ["theirs", true]]);
  assert.equal(saver.state, "saved");
});

test("mine that waits to be put aside is not lost to a second conflict", async () => {
  const { clock, server, saver, told } = make({ [FIELD]: "base" });
  const book = new Book();
  saver.keepJournal(book);
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  server.put(FIELD, "theirs again");
  saver.settle(FIELD, "theirs", "mine");
  assert.equal(book.entries.get(FIELD).aside, "mine");
  await clock.pass(1000);
  assert.deepEqual(told.conflicts.at(-1), [FIELD, "theirs again"]);
  assert.equal(saver.fields.get(FIELD).text, "mine");
  assert.equal(book.entries.get(FIELD).text, "mine");
});

test("mine that waits to be put aside stays in the journal until it is stored", async () => {
  const { clock, server, saver } = make({ [FIELD]: "base" });
  const book = new Book();
  saver.keepJournal(book);
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  server.trouble = ["lost", ...Array.from({ length: 3 }, () => "offline")];
  saver.settle(FIELD, "theirs", "mine");
  await clock.pass(2000);
  const left = book.entries.get(FIELD); // the page is killed here
  assert.deepEqual([left.text, left.aside, left.keep], ["theirs", "mine", true]);

  const next = make();
  next.server.rows = server.rows;
  next.saver.watch(FIELD, server.row(FIELD).text, server.row(FIELD).revision);
  next.saver.keepJournal(new Book());
  next.saver.restore(FIELD, left);
  await next.clock.pass(2000);
  assert.equal(next.stored(), "theirs");
  assert.deepEqual(next.server.requests.map(({ text, keep }) => [text, keep]), [["mine", true], ["theirs", true]]);
  assert.equal(next.saver.state, "saved");
});

test("mine that the server refuses to put aside comes back, and is not sent for ever", async () => {
  const { clock, server, saver, told } = make({ [FIELD]: "base" });
  server.put(FIELD, "theirs");
  saver.change(FIELD, "mine");
  await clock.pass(500);
  server.trouble = [{ status: 422, body: { reason: "value", error: "Too long." } }];
  const before = server.requests.length;
  saver.settle(FIELD, "theirs", "mine");
  await clock.pass(60_000);
  assert.equal(server.requests.length, before + 1);
  assert.deepEqual(told.refused, [[FIELD, "Too long."]]);
  assert.equal(saver.fields.get(FIELD).text, "mine");
  assert.equal(saver.state, "refused");
});

test("what somebody else typed is not held for an own save of long ago", async () => {
  const { clock, server, saver, told } = make();
  for (const text of ["one", "two", "three"]) {
    saver.change(FIELD, text);
    await clock.pass(1000);
  }
  server.put(FIELD, "one"); // they went back to it
  saver.change(FIELD, "three and four");
  await clock.pass(1000);
  assert.deepEqual(told.conflicts, [[FIELD, "one"]]);
});

test("a save is no activity: that somebody types is told apart", async () => {
  const { clock, server, saver } = make();
  server.trouble = ["offline", "offline"];
  saver.change(FIELD, "a");
  await clock.pass(10_000);
  saver.change(FIELD, "ab");
  await clock.pass(1000);
  assert.deepEqual(server.background, [true, true, true, true]);
});

test("everything is saved but the page is signed out: the check says so, and when it is over", async () => {
  const { clock, server, saver } = make({ [FIELD]: "base" });
  saver.change(FIELD, "kept");
  await clock.pass(500);
  server.isSignedIn = false;
  assert.equal(await saver.drain(), true);
  assert.equal(await saver.check(), false);
  assert.equal(saver.state, "locked");
  server.isSignedIn = true;
  await saver.resume();
  await clock.settle();
  assert.equal(saver.state, "saved");
});

test("a refused text is told of once and sent again when it changes", async () => {
  const { clock, server, saver, told, stored } = make();
  server.trouble = [{ status: 422, body: { reason: "value", error: "Too long." } }];
  saver.change(FIELD, "bad");
  await clock.pass(10_000);
  assert.deepEqual(told.refused, [[FIELD, "Too long."]]);
  assert.equal(server.requests.length, 1);
  assert.equal(saver.state, "refused");
  saver.change(FIELD, "good");
  await clock.pass(500);
  assert.equal(stored(), "good");
  assert.equal(saver.state, "saved");
});

test("a frozen call is said to be frozen and not tried again", async () => {
  const { clock, server, saver } = make();
  server.trouble = [{ status: 409, body: { reason: "state", error: "Submitted." } }];
  saver.change(FIELD, "late");
  await clock.pass(60_000);
  assert.equal(server.requests.length, 1);
  assert.equal(saver.state, "frozen");
  assert.equal(saver.frozen, "Submitted.");
  assert.ok(saver.hasUnsaved);
});

test("an unknown field does not hold up the others", async () => {
  const { clock, server, saver, stored } = make({ [FIELD]: "", "call.tribe": "" });
  server.trouble = [{ status: 404, body: { reason: "field", error: "No such field." } }];
  saver.change("call.tribe", "x");
  await clock.pass(500);
  saver.change(FIELD, "kept");
  await clock.pass(40_000);
  assert.equal(stored(), "kept");
});

test("a choice made while its answer's text was on the way stands", async () => {
  const [text, status] = ["answer.1.text", "answer.1.status"];
  const { clock, server, saver, told, stored } = make({ [text]: "", [status]: "" });
  saver.change(text, "Asked twice.");
  await clock.pass(100);
  saver.change(status, "declined");
  saver.hurry();
  await clock.pass(5000);
  assert.equal(stored(text), "Asked twice.");
  assert.equal(stored(status), "declined");
  assert.deepEqual(told.conflicts, []);
  assert.equal(saver.state, "saved");
  assert.equal(server.most, 1);
});

test("long texts travel as splices in code points", async () => {
  const long = "Grüße 😀 ".repeat(6000);
  const { clock, server, saver, stored } = make({ [FIELD]: long });
  const edited = `${long.slice(0, long.indexOf("😀"))}😁😀${long.slice(long.indexOf("😀") + 2)}Ende`;
  saver.change(FIELD, edited);
  await clock.pass(500);
  assert.ok(stored() === edited);
  assert.equal(server.requests[0].text, undefined);
  assert.equal(server.requests[0].splice.start, 6);
  saver.change(FIELD, `${edited}!`);
  await clock.pass(500);
  assert.deepEqual({ ...server.requests[1].splice, sha256: "" }, {
    start: Array.from(edited).length, delete: 0, insert: "!", sha256: "",
  });
  assert.ok(stored() === `${edited}!`);
});

test("a very long paste goes in parts of a hundred thousand code points", async () => {
  const { clock, server, saver, stored } = make();
  const pasted = "😀a".repeat(125_000);
  saver.change(FIELD, pasted);
  await clock.pass(3000);
  assert.equal(server.requests.length, 3);
  assert.ok(server.requests.every((body) => Array.from(body.splice.insert).length <= 100_000));
  assert.ok(stored() === pasted);
  assert.equal(saver.state, "saved");
});

test("a lost answer to a splice does not make a conflict", async () => {
  const long = "abc ".repeat(10_000);
  const { clock, server, saver, told, stored } = make({ [FIELD]: long });
  server.trouble = ["lost"];
  saver.change(FIELD, `${long}x`);
  await clock.pass(500);
  saver.change(FIELD, `${long}xy`);
  await clock.pass(3000);
  assert.ok(stored() === `${long}xy`);
  assert.deepEqual(told.conflicts, []);
});

test("hiding the page sends the newest text beside what is in flight", async () => {
  for (const first of ["held", "lost"]) {
    const { clock, server, saver, told, stored } = make();
    server.trouble = [first];
    saver.change(FIELD, "one");
    await clock.pass(500);
    saver.change(FIELD, "one two");
    await saver.flush();
    await clock.settle();
    assert.deepEqual(server.requests[1].after, [server.requests[0].key]);
    assert.equal(stored(), "one two");
    server.held?.();
    await clock.pass(5000);
    assert.equal(stored(), "one two");
    assert.deepEqual(told.conflicts, []);
    assert.equal(saver.state, "saved");
  }
});

test("a save that a later one overtook makes no conflict, however much was typed since", async () => {
  const { clock, server, saver, told, stored } = make();
  server.trouble = ["held"];
  saver.change(FIELD, "one");
  await clock.pass(500);
  saver.change(FIELD, "one two");
  await saver.flush(); // arrives, and is answered, before the first one
  await clock.settle();
  saver.change(FIELD, "one two three");
  server.held();
  await clock.pass(5000);
  assert.equal(stored(), "one two three");
  assert.deepEqual(told.conflicts, []);
  assert.equal(saver.state, "saved");
});

test("hiding the page twice puts no splice on a text that it was not made for", async () => {
  const long = "x".repeat(40_000);
  const { clock, server, saver, told, stored } = make({ [FIELD]: long });
  saver.change(FIELD, `ab${long}`);
  server.trouble = ["lost"]; // it arrives, but no answer comes
  await saver.flush();
  await clock.settle();
  saver.change(FIELD, `abcd${long}`);
  await saver.flush();
  await clock.settle();
  assert.ok(stored() === `abcd${long}`, stored().slice(0, 10));
  await clock.pass(5000);
  assert.ok(stored() === `abcd${long}`, stored().slice(0, 10));
  assert.deepEqual(told.conflicts, []);
  assert.equal(saver.state, "saved");
});

test("hiding the page sends no refused text again, but a word taken back", async () => {
  const { clock, server, saver, stored } = make();
  server.trouble = [{ status: 422, body: { reason: "value", error: "Too long." } }];
  saver.change(FIELD, "bad");
  await clock.pass(500);
  await saver.flush();
  assert.equal(server.requests.length, 1);
  saver.change(FIELD, "good");
  await clock.pass(500);
  server.trouble = ["held"];
  saver.change(FIELD, "good, no");
  await clock.pass(500);
  saver.change(FIELD, "good");
  await saver.flush();
  server.held();
  await clock.pass(5000);
  assert.equal(stored(), "good");
});

test("draining waits for everything, and says when it cannot be", async () => {
  const { clock, server, saver } = make();
  saver.change(FIELD, "last words");
  const drained = saver.drain();
  await clock.settle();
  assert.equal(await drained, true);
  server.trouble = ["offline"];
  saver.change(FIELD, "last words!");
  const failed = saver.drain();
  await clock.settle();
  assert.equal(await failed, false);
  assert.ok(saver.hasUnsaved);
});

test("draining tries again at once when the network was dead before", async () => {
  const { clock, server, saver } = make();
  server.trouble = ["offline"];
  saver.change(FIELD, "last words");
  await clock.pass(500);
  assert.equal(saver.state, "failed");
  const drained = saver.drain();
  await clock.settle();
  assert.equal(await drained, true);
});

test("text is cleaned as the server cleans it", () => {
  assert.equal(clean("a\r\nb\rc\nd"), "a\nb\nc\nd");
  assert.equal(clean("\0 \ud83d \ude00 😀"), "\ufffd \ufffd \ufffd 😀");
});

test("the difference makes the target out of the base", () => {
  for (const [base, target] of [["", "a"], ["a", ""], ["aa", "aaa"], ["😀b", "😁b"], ["abcabc", "abc"], ["x", "x"]]) {
    const { start, delete: gone, insert, result } = difference(base, target);
    const all = Array.from(base);
    assert.equal([...all.slice(0, start), insert, ...all.slice(start + gone)].join(""), target);
    assert.equal(result, target);
  }
});

test("what an old journal says is no save of ours: what came later stands, and both are shown", async () => {
  const { clock, server, saver, stored } = make({ [FIELD]: "base" });
  const book = new Book();
  saver.keepJournal(book);
  server.trouble = ["offline", "offline", "offline"];
  saver.change(FIELD, "base one");
  await clock.pass(500);
  saver.change(FIELD, "base one two");
  const left = structuredClone(book.entries.get(FIELD)); // the disk is full from here on
  saver.change(FIELD, "base one two and half an hour of it");
  await clock.pass(60_000);
  assert.equal(stored(), "base one two and half an hour of it");
  assert.equal(saver.state, "saved");

  const next = make();
  next.server.rows = server.rows;
  next.saver.watch(FIELD, stored(), server.row(FIELD).revision);
  next.saver.restore(FIELD, left);
  await next.clock.pass(5000);
  assert.equal(stored(), "base one two and half an hour of it");
  assert.deepEqual(next.told.conflicts, [[FIELD, stored()]]);
});

test("what was sent in haste and taken back is not called saved before the server has it", async () => {
  const { clock, server, saver, stored } = make({ [FIELD]: "abc" });
  server.trouble = ["lost"];
  saver.change(FIELD, "abcd");
  await saver.flush(); // it arrives, its answer does not
  saver.change(FIELD, "abc");
  assert.notEqual(saver.state, "saved");
  await clock.pass(5000);
  assert.equal(saver.state, "saved");
  assert.equal(stored(), "abc");
});

test("what was typed after a conflict was settled is not lost to the next one", async () => {
  const { clock, server, saver, told } = make({ [FIELD]: "base" });
  saver.change(FIELD, "mine");
  server.put(FIELD, "theirs");
  await clock.pass(1000);
  server.trouble = ["offline"];
  saver.settle(FIELD, "theirs", "mine");
  await clock.pass(100);
  saver.change(FIELD, "theirs and ten minutes more");
  server.put(FIELD, "theirs, changed again");
  await clock.pass(60_000);
  assert.equal(told.conflicts.length, 2);
  assert.equal(saver.fields.get(FIELD).text, "theirs and ten minutes more\nmine");
});

test("an emptied box that a killed page left is emptied also from a page that does not show it", async () => {
  const { clock, server, saver } = make();
  server.put("call.tribe", "Three Alders");
  saver.restore("call.tribe", { text: "", base: 1, after: [crypto.randomUUID()], row: null, at: 1 });
  await clock.pass(1000);
  assert.equal(server.row("call.tribe").text, "");
  assert.equal(saver.state, "saved");
});

test("the journal knows since when a field waits, however often it was tried", async () => {
  const { clock, server, saver } = make();
  const book = new Book();
  saver.keepJournal(book);
  server.trouble = Array(3).fill("offline");
  const began = clock.time;
  saver.change(FIELD, "a");
  await clock.pass(1500);
  saver.change(FIELD, "ab");
  assert.equal(book.entries.get(FIELD).at, began);
  await clock.pass(60_000);
  assert.equal(book.entries.size, 0);
  saver.change(FIELD, "abc");
  assert.equal(book.entries.get(FIELD).at, clock.time);
});
