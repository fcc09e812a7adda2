/**
 * The queue of saves: one request in flight, the newest text next, retried for ever.
 *
 * Knows no page. A field is known by its name in the save protocol; its text is what stands in the
 * box, `stored` what the server acknowledged last, `revision` the revision of that.
 */

const QUIET = 500; // ms after the last key
const LONGEST = 3000; // ms while typing goes on
const BACKOFF = [1000, 2000, 4000, 8000, 16000, 30000]; // ms; the last one for ever
const RENEWALS = 2; // of the token without a save between
const SPLICE_OVER = 32 * 1024; // bytes of a text that travels as a splice
const INSERT_LIMIT = 100000; // code points of one splice
const PATIENCE = 30000; // ms until an answer that does not come is given up
const SENT = 10; // keys of saves without an answer that a later save names
const KEEPALIVE_LIMIT = 60 * 1024; // bytes; browsers refuse more when a page goes away

/** Text as the server stores it: LF only, no NUL, no lone surrogates. */
export function clean(text) {
  const lines = text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd");
  return lines.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** The smallest replacement that makes `target` out of `base`, in code points. */
export function difference(base, target) {
  const from = Array.from(base);
  const to = Array.from(target);
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  const insert = to.slice(start, to.length - end);
  const cut = insert.slice(0, INSERT_LIMIT);
  return {
    start,
    delete: from.length - end - start,
    insert: cut.join(""),
    result: to.slice(0, start).concat(cut, to.slice(to.length - end)).join(""),
  };
}

async function sha256(text) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Saver {
  /**
   * @param {{url: string, tokenUrl: string, token: string, rowOf?: (name: string) => object,
   *   isText?: (name: string) => boolean, page?: string, user?: string, journal?: {put: Function, drop: Function, works: boolean},
   *   on?: {state?: Function, stored?: Function, conflict?: Function, refused?: Function,
   *     signedOut?: Function, stranger?: Function, elsewhere?: Function},
   *   fetch?: Function, now?: () => number, setTimer?: Function, clearTimer?: Function}} options
   */
  constructor(options) {
    this.url = options.url;
    this.tokenUrl = options.tokenUrl;
    this.token = options.token;
    this.rowOf = options.rowOf ?? (() => undefined);
    this.isText = options.isText ?? (() => true); // a choice cannot hold two
    this.page = options.page;
    this.user = options.user;
    this.journal = options.journal ?? null;
    this.on = options.on ?? {};
    this.fetch = options.fetch ?? ((...words) => fetch(...words));
    this.now = options.now ?? (() => Date.now());
    this.setTimer = options.setTimer ?? ((run, wait) => setTimeout(run, wait));
    this.clearTimer = options.clearTimer ?? ((timer) => clearTimeout(timer));
    this.fields = new Map();
    this.timer = null;
    this.isSending = false;
    this.failures = 0;
    this.renewals = 0;
    this.why = "";
    this.since = 0; // when saving began to fail
    this.frozen = "";
    this.isLocked = false; // signed out: nothing is sent until somebody signed in again
    this.isLooking = false; // whether another page left unsent text is not known yet
    this.isElsewhere = false; // another page writes this call now
    this.handedOver = ""; // a colleague writes it now, for good
    this.clock = "";
    this.waiting = [];
  }

  /** Tell of a field that the page shows, as the server stored it. */
  watch(name, text, revision) {
    this.fields.set(name, {
      name, text, stored: text, revision, request: null, sent: [],
      firstChange: 0, lastChange: 0, conflict: null, refused: null, aside: null, keep: false,
      key: null, keys: [], row: null, overtaken: 0, began: 0,
    });
  }

  /** Take the text that stands in the box now. */
  change(name, text) {
    if (!this.fields.has(name)) this.watch(name, "", 0);
    const field = this.fields.get(name);
    const before = field.text;
    field.text = clean(text);
    if (field.text !== before) field.key = null; // a key names one text: what the journal holds of it may come late
    field.lastChange = this.now();
    if (!this.isDirty(field)) field.firstChange = 0;
    else if (!field.firstChange) field.firstChange = field.lastChange;
    field.began ||= field.firstChange;
    this.note(field);
    this.report();
    this.plan();
  }

  /** Tell the journal what of a field is not acknowledged, or that nothing is. */
  note(field) {
    if (!this.journal) return;
    if (!this.isDirty(field)) {
      field.began = 0;
      return this.journal.drop(field.name);
    }
    field.key ??= crypto.randomUUID(); // of the next save: known before it is sent
    return this.journal.put(field.name, {
      text: field.text, base: field.revision, after: [...field.keys, field.key],
      row: this.rowOf(field.name) ?? field.row ?? null, at: (field.began ||= this.now()),
      aside: field.aside, keep: field.keep,
    });
  }

  /** Start keeping a journal of what is not acknowledged. */
  keepJournal(journal) {
    this.journal = journal;
    for (const field of this.fields.values()) if (this.isDirty(field)) this.note(field);
  }

  /**
   * Take what another page left behind: it was typed over `entry.base`, and saves with the keys
   * `entry.after` may have arrived.
   */
  restore(name, entry) {
    const isShown = this.fields.has(name);
    if (!isShown) this.watch(name, "", 0); // this page does not know what is stored
    const field = this.fields.get(name);
    const aside = entry.aside ?? null;
    if (isShown && entry.text === field.text && aside === null) return this.note(field);
    Object.assign(field, {
      text: entry.text, keys: entry.after.slice(-SENT), row: entry.row, aside, keep: entry.keep ?? false,
      firstChange: entry.at, lastChange: this.now(), revision: entry.base, began: entry.at,
      isWhole: !isShown || entry.base !== field.revision, // what it was typed over is not on this page
    });
    this.note(field);
    this.report();
    return this.plan();
  }

  /**
   * Settle a conflict: `text` is to stand, over the stored one. `mine`, when it is not what
   * stands, is stored first: the server puts both texts aside, and neither is lost.
   */
  settle(name, text, mine = text) {
    const field = this.fields.get(name);
    if (!field?.conflict) return;
    field.stored = field.conflict.text;
    field.revision = field.conflict.revision;
    field.conflict = null;
    field.text = clean(text);
    field.keep = true;
    field.aside = clean(mine) === field.text ? null : clean(mine);
    this.note(field);
    this.report();
    this.hurry();
  }

  /** The text that waits to be put aside could not be: it comes back into the box, under what was typed since. */
  bringBack(field) {
    if (field.aside === null) return;
    const isTyped = field.text !== field.stored; // since the conflict was settled
    if (!isTyped) field.text = field.aside;
    else if (this.isText(field.name) && !field.text.includes(field.aside)) field.text += `\n${field.aside}`;
    field.key = null;
    field.aside = null;
  }

  /** Have the server put the stored text aside with the next save of a field. */
  keepEarlier(name) {
    const field = this.fields.get(name);
    if (field) field.keep = true;
  }

  isDirty(field) {
    // A save without an answer may have arrived: until one answers, nobody knows what is stored.
    return field.text !== field.stored || field.request !== null || field.aside !== null || field.keys.length > 0;
  }

  /** Whether the text in the box is one that the server refused. */
  isRefused(field) {
    return field.refused !== null && field.text === field.refused && field.text !== field.stored;
  }

  /** Go back to what is stored: a choice that was refused is no text to keep. */
  revert(name) {
    const field = this.fields.get(name);
    Object.assign(field, { text: field.stored, refused: null });
    this.note(field);
    this.report();
  }

  /** Let go of a field that is not there any more: whoever typed in it said so. */
  drop(name) {
    this.fields.delete(name);
    this.journal?.drop(name);
    this.report();
    this.answerWaiting();
  }

  /** Send again what was refused: what stood in its way is over. */
  tryAgain(field) {
    field.refused = null;
    this.report();
    this.plan();
  }

  isDue(field) {
    if (field.conflict || !this.isDirty(field)) return false;
    return field.request !== null || field.text !== field.refused;
  }

  /** Whether anything that was typed is not acknowledged yet. */
  get hasUnsaved() {
    return [...this.fields.values()].some((field) => this.isDirty(field));
  }

  /** The name of a field that waits for the worker, or undefined. */
  get waitsForWorker() {
    return this.waitingForWorker[0];
  }

  get waitingForWorker() {
    const fields = [...this.fields.values()].filter((field) => field.conflict || this.isRefused(field));
    return fields.map((field) => field.name);
  }

  /** How many fields have something that is not acknowledged. */
  get waitingFields() {
    return [...this.fields.values()].filter((field) => this.isDirty(field)).length;
  }

  get state() {
    if (this.frozen) return "frozen";
    if (this.handedOver) return "handed_over";
    if (this.isElsewhere) return "elsewhere";
    if (this.isLocked) return "locked";
    if (this.failures) return this.hasUnsaved ? "failed" : "stuck";
    const fields = [...this.fields.values()];
    if (fields.some((field) => field.conflict)) return "paused";
    if (fields.some((field) => this.isRefused(field))) return "refused";
    if (this.hasUnsaved) return "saving";
    return this.isLooking ? "looking" : "saved";
  }

  /** Tell whether unsent text of another page is still being looked for. */
  look(isLooking) {
    this.isLooking = isLooking;
    this.report();
    this.answerWaiting();
  }

  /** Send what waits without waiting for the pause in typing. */
  hurry() {
    for (const field of this.fields.values()) if (this.isDue(field)) field.lastChange = -Infinity;
    this.clearTimer(this.timer);
    this.timer = null;
    if (!this.isSending) this.send();
  }

  /** Resolve true once everything is saved, false when that cannot be for now. */
  drain() {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.hurry();
      this.answerWaiting();
    });
  }

  answerWaiting() {
    if (!this.waiting.length || this.isSending || this.isLooking) return;
    const isOver = !this.hasUnsaved || !["saving", "saved"].includes(this.state);
    if (!isOver) return;
    for (const resolve of this.waiting.splice(0)) resolve(!this.hasUnsaved);
  }

  /** Whether nothing is sent whatever waits. */
  get isStopped() {
    return Boolean(this.frozen || this.handedOver) || this.isLocked || this.isElsewhere;
  }

  /** The same user signed in again: go on where it stopped. */
  async resume() {
    this.isLocked = false;
    await this.check();
    this.hurry();
  }

  /** This page writes the call again. */
  writeAgain() {
    this.isElsewhere = false;
    return this.resume();
  }

  plan() {
    if (this.isSending || this.isStopped) return;
    const due = [...this.fields.values()].filter((field) => this.isDue(field));
    if (!due.length) return;
    const now = this.now();
    let wait = Math.min(...due.map((field) => Math.min(field.lastChange + QUIET, field.firstChange + LONGEST))) - now;
    if (this.failures) wait = BACKOFF[Math.min(this.failures, BACKOFF.length) - 1];
    if (this.failures && this.timer !== null) return; // typing does not put the retry off
    this.clearTimer(this.timer);
    this.timer = this.setTimer(() => {
      this.timer = null;
      this.send();
    }, Math.max(0, wait));
  }

  async send() {
    if (this.isSending || this.isStopped) return;
    const due = [...this.fields.values()].filter((field) => this.isDue(field));
    // A request that got no answer goes first and unchanged; then whoever has waited longest.
    due.sort((a, b) => (b.request !== null) - (a.request !== null) || a.firstChange - b.firstChange);
    const field = due[0];
    if (!field) {
      if (this.failures) await this.check();
      return;
    }
    this.isSending = true;
    this.report();
    try {
      field.request ??= await this.makeRequest(field);
      const response = await this.post(field.request.body);
      await this.take(field, field.request, response);
    } catch {
      this.fail("the server cannot be reached");
    } finally {
      this.isSending = false;
      this.report();
      this.plan();
      this.answerWaiting();
    }
  }

  /** The body of the next save; a hasty one has no time for a check sum. */
  async makeRequest(field, after, isHasty = false) {
    const body = { field: field.name, base: field.revision, key: field.key ?? crypto.randomUUID() };
    const row = this.rowOf(field.name) ?? field.row;
    if (row) body.row = row;
    if (this.page) body.page = this.page;
    if (after) body.after = [after.body.key];
    else if (field.keys.length) body.after = field.keys;
    // A splice without a check sum has to be sure of what it changes; else the text goes whole.
    const isSure = !isHasty || after || !field.keys.length;
    field.keys = [...field.keys.slice(1 - SENT), body.key];
    field.key = null;
    if (field.keep) body.keep = true;
    const base = after ? after.result : field.stored;
    const isAside = field.aside !== null;
    let result = field.aside ?? field.text;
    // A new row comes whole: there is nothing yet that a splice could change.
    if (!row && !field.isWhole && isSure && new TextEncoder().encode(result).length > SPLICE_OVER) {
      const splice = difference(base, result);
      result = splice.result;
      body.splice = { start: splice.start, delete: splice.delete, insert: splice.insert };
      if (!isHasty) body.splice.sha256 = await sha256(result);
    } else {
      body.text = result;
    }
    field.sent = [...field.sent.slice(-4), result];
    field.firstChange = 0;
    this.note(field);
    return { body, result, aside: isAside ? field.aside : null };
  }

  post(body, keepalive = false) {
    return this.ask(this.url, {
      method: "POST",
      keepalive,
      headers: {
        "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token,
        "X-Background": "yes", // that somebody types is told apart (session.js), and written rarely
      },
      body: JSON.stringify(body),
    });
  }

  /** Fetch, but not for ever: a connection that died quietly never answers. */
  async ask(url, options) {
    const patience = new AbortController();
    const timer = this.setTimer(() => patience.abort(), PATIENCE);
    try {
      const response = await this.fetch(url, { credentials: "same-origin", signal: patience.signal, ...options });
      return { ok: response.ok, status: response.status, answer: await response.json().catch(() => ({})) };
    } finally {
      this.clearTimer(timer);
    }
  }

  async take(field, request, response) {
    const answer = response.answer;
    if (response.ok && answer.field) return this.acknowledge(field, request, answer);
    if (response.status === 409 && answer.reason === "stale") return this.takeStale(field, request, answer);
    if (response.status === 403) return this.renewToken();
    if (response.status === 401) return this.lock();
    if (response.status === 409 && answer.reason === "elsewhere") {
      this.isElsewhere = true;
      return this.on.elsewhere?.(answer.error);
    }
    if (response.status === 409 && answer.reason === "handed_over") {
      return this.handOver(answer.error);
    }
    if (response.status === 404 && answer.reason === "call") {
      await this.freshToken(); // tells when it is somebody else who is signed in now
      return this.fail("this call is not open to who is signed in in this browser now");
    }
    const isUnknown = response.status === 404 && answer.reason === "field";
    if (isUnknown || [400, 413, 422].includes(response.status)) {
      Object.assign(field, { request: null, keys: [], refused: request.result });
      if (request.aside !== null) this.bringBack(field);
      this.note(field);
      this.failures = 0;
      return this.on.refused?.(field.name, answer.error ?? "This could not be saved.");
    }
    if (answer.reason === "state") {
      this.frozen = answer.error;
      return undefined;
    }
    return this.fail("the server has trouble");
  }

  acknowledge(field, request, answer) {
    this.failures = 0;
    this.renewals = 0;
    this.clock = answer.clock;
    if (field.request === request) field.request = null;
    // What was sent after this may have arrived too, whatever became of its answer.
    const place = field.keys.indexOf(request.body.key);
    Object.assign(field, {
      keys: field.keys.slice(place + 1), isWhole: false, overtaken: 0,
      sent: field.sent.slice(field.sent.indexOf(request.result) + 1),
    });
    // A text that was put aside stands until the next save, which has the server keep it.
    if (request.aside !== null && field.aside === request.aside) field.aside = null;
    else if (request.body.keep && request.aside === null) field.keep = false;
    if (answer.revision >= field.revision) {
      field.revision = answer.revision;
      field.stored = request.result;
    }
    field.refused = null;
    for (const [name, other] of Object.entries(answer.changed ?? {})) this.follow(name, other);
    this.note(field);
    this.on.stored?.(field.name, field, answer.changed ?? {});
  }

  /** Take what the server set beside a save; what was chosen here meanwhile stands. */
  follow(name, { text, revision }) {
    const field = this.fields.get(name);
    if (!field || !this.isDirty(field)) return this.watch(name, text, revision);
    return Object.assign(field, { stored: text, revision, request: null, refused: null });
  }

  takeStale(field, request, answer) {
    this.failures = 0;
    if (field.request === request) field.request = null;
    if (answer.revision < field.revision || (answer.revision === field.revision && answer.text === field.stored)) {
      // What stands is what this page knows: the save was overtaken by a later one of its own.
      field.keys = [];
      field.overtaken += 1;
      if (field.overtaken > 1) this.fail("the server has trouble");
      return;
    }
    const isOwn = answer.text === field.text || field.sent.includes(answer.text);
    Object.assign(field, { keys: [], isWhole: false, sent: [] });
    if (isOwn) {
      // Our own save, whose answer was lost, stands there.
      field.stored = answer.text;
      field.revision = answer.revision;
      this.note(field);
      this.on.stored?.(field.name, field, {});
      return;
    }
    this.bringBack(field);
    this.note(field);
    field.conflict = { text: answer.text, revision: answer.revision };
    this.on.conflict?.(field.name, answer.text, field.text);
  }

  /** Fetch the token of the session that stands now; false where there is none, null unreachable. */
  async freshToken() {
    try {
      const response = await this.ask(this.tokenUrl, { headers: { Accept: "application/json", "X-Background": "yes" } });
      if (!response.ok) return response.status === 401 ? false : null;
      if (this.user && response.answer.user !== this.user) {
        this.isLocked = true; // nothing of this page goes to somebody else's session
        this.on.stranger?.();
        return false;
      }
      this.token = response.answer.token ?? this.token;
    } catch {
      return null;
    }
    this.on.token?.(this.token);
    return true;
  }

  /** Whether the server can be reached and this page is signed in; says so where not. */
  async check() {
    const answer = await this.freshToken();
    if (answer === null) this.fail("the server cannot be reached");
    else this.failures = 0;
    if (answer === false) this.lock();
    this.report();
    return Boolean(answer);
  }

  async renewToken() {
    const answer = await this.freshToken();
    if (answer === false) return this.lock();
    if (answer === null) return this.fail("the server cannot be reached");
    this.renewals += 1;
    if (this.renewals > RENEWALS) return this.fail("the server does not accept the page's token");
    this.failures = 1; // soon, however long it has failed before
    this.why = "the page's token is being renewed";
    return undefined;
  }

  fail(why) {
    if (!this.failures) this.since = this.now();
    this.failures += 1;
    this.why = why;
  }

  /** The call is a colleague's now: nothing is sent any more, what was not sent stays in view. */
  handOver(sentence) {
    if (this.handedOver) return;
    this.handedOver = sentence;
    this.failures = 0;
    this.on.handedOver?.(sentence);
    this.report();
    this.answerWaiting();
  }

  /** Nobody is signed in any more: stop until the same user is. */
  lock() {
    if (this.isLocked) return;
    this.isLocked = true;
    this.failures = 0;
    this.on.signedOut?.();
    this.report();
    this.answerWaiting();
  }

  /** The page may go away: send what is not acknowledged beside what is in flight. */
  async flush() {
    let room = KEEPALIVE_LIMIT; // of all requests together
    const waiting = [...this.fields.values()].filter((field) => !this.isStopped && this.isDue(field));
    for (const field of waiting.sort((a, b) => a.text.length - b.text.length)) {
      if (field.request && field.request.result === field.text && this.isSending) continue;
      const request = await this.makeRequest(field, field.request ?? undefined, true);
      room -= new TextEncoder().encode(JSON.stringify(request.body)).length;
      if (room < 0) break;
      this.post(request.body, true)
        .then((response) => {
          if (response.ok && response.answer.field) this.acknowledge(field, request, response.answer);
          this.report();
          this.plan();
          this.answerWaiting();
        })
        .catch(() => this.plan());
    }
  }

  report() {
    this.on.state?.(this.state, {
      clock: this.clock, why: this.why, frozen: this.frozen, since: this.since, waiting: this.waitingFields,
      isKept: this.journal?.works ?? false, where: this.waitingForWorker,
    });
  }
}
