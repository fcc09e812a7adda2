/**
 * The journal: what was typed and is not acknowledged, encrypted, in this browser.
 *
 * An entry is one field of one page of one call. Beside its text's cipher stand keys, times and
 * names of fields, never words. The key of a user and call comes from the server after sign-in
 * and stays in memory. An entry goes when the server has acknowledged it, and after a day.
 */

const NAME = "hotline";
const OUTBOX = "outbox"; // {id, user, call, page, field, at, iv, data}
const NOTES = "notes"; // {id, user, call, at, iv, data}: what undoing needs, one for a call
const PAGES = "pages"; // {id, user, call, at}: pages that were open, to know them after a crash
const KEPT = 24 * 60 * 60 * 1000; // ms
const PATIENCE = 3000; // ms for a store that does not open
const AGAIN = 5000; // ms until a write that failed is tried again
const LOCK = "hotline-page-"; // a page holds a Web Lock of this name while it lives

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const finished = (change) => new Promise((resolve, reject) => {
  change.oncomplete = () => resolve();
  change.onerror = change.onabort = () => reject(change.error ?? new Error("aborted"));
});

/** Fail when a store does not open: a browser may leave that without any answer. */
const hanging = (request) => new Promise((resolve, reject) => {
  setTimeout(() => {
    request.onsuccess = () => request.result.close();
    reject(new Error("the store does not open"));
  }, PATIENCE);
});

/** Open this browser's store and drop what is older than a day; null where there is none. */
export async function openStore(name = NAME) {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const name of [OUTBOX, NOTES, PAGES]) request.result.createObjectStore(name, { keyPath: "id" });
    };
    const db = await Promise.race([settled(request), hanging(request)]);
    db.onversionchange = () => db.close();
    await forgetOld(db).catch(() => {}); // the next page does
    return db;
  } catch {
    return null; // a browser without storage: what is typed is kept in the page alone
  }
}

/** Drop what is older than a day, but nothing of a page that is open: a clock may be set. */
async function forgetOld(db) {
  const alive = await livingPages();
  const isOld = (row) => row.at < Date.now() - KEPT && !alive.has(row.page) && !alive.has(row.id);
  for (const name of [OUTBOX, NOTES, PAGES]) {
    const old = (await rows(db, name)).filter(isOld);
    if (old.length) await remove(db, name, old.map((row) => row.id));
  }
}

/** All rows of one store. */
async function rows(db, name) {
  return settled(db.transaction(name).objectStore(name).getAll());
}

async function remove(db, name, ids) {
  const change = db.transaction(name, "readwrite", { durability: "strict" });
  for (const id of ids) change.objectStore(name).delete(id);
  await finished(change);
}

async function put(db, name, row) {
  const change = db.transaction(name, "readwrite", { durability: "strict" });
  change.objectStore(name).put(row);
  await finished(change);
}

/** The key of an outbox, as it came from the server; it cannot be read out again. */
export function importKey(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function seal(key, id, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const place = new TextEncoder().encode(id); // what is moved to another place does not open
  const words = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place }, key, words) };
}

/** What a row holds; null when the key does not open it. */
export async function unseal(key, row) {
  try {
    const place = new TextEncoder().encode(row.id);
    const how = { name: "AES-GCM", iv: row.iv, additionalData: place };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, row.data)));
  } catch {
    return null;
  }
}

/** The rows of the outbox that a user left, oldest first; of one call, where it is named. */
export async function leftBehind(db, user, call) {
  const left = (await rows(db, OUTBOX)).filter((row) => row.user === user && (!call || row.call === call));
  return left.sort((a, b) => a.at - b.at);
}

/** Whether nobody has anything unsent in this browser. */
export async function isEmpty(db) {
  return (await settled(db.transaction(OUTBOX).objectStore(OUTBOX).count())) === 0;
}

/** Forget rows of the outbox. */
export const forget = (db, left) => remove(db, OUTBOX, left.map((row) => row.id));

/** The pages of this browser that are alive. */
export async function livingPages() {
  if (!navigator.locks) return new Set();
  const { held } = await navigator.locks.query();
  return new Set(held.filter((lock) => lock.name.startsWith(LOCK)).map((lock) => lock.name.slice(LOCK.length)));
}

/** Tell this browser that a page is open, for as long as it lives. */
export async function announcePage(db, page, user, call) {
  await new Promise((resolve) => {
    if (!navigator.locks) return resolve();
    return navigator.locks.request(LOCK + page, () => {
      resolve();
      return new Promise(() => {}); // held until the page is gone
    });
  });
  // A full disk: after a crash the server waits half a minute until it holds the page for gone.
  if (db) await put(db, PAGES, { id: page, user, call, at: Date.now() }).catch(() => {});
}

/** The pages of a user's call that were open in this browser and are gone. */
export async function deadPages(db, user, call) {
  if (!db || !navigator.locks) return [];
  const alive = await livingPages();
  const mine = (await rows(db, PAGES)).filter((page) => page.user === user && page.call === call);
  return mine.filter((page) => !alive.has(page.id)).sort((a, b) => b.at - a.at).map((page) => page.id);
}

/** Forget pages that are gone. */
export const forgetPages = (db, pages) => remove(db, PAGES, pages);

/** The journal of one page of one call. */
export class Journal {
  constructor({ db, key, user, call, page, name = NAME, onChange = () => {} }) {
    Object.assign(this, { db, key, user, call, page, name, onChange });
    this.waiting = new Map(); // field: its newest entry, or null for none
    this.writing = null;
    this.again = null;
    this.works = true; // whether the last write reached the store
  }

  idOf(field) {
    return [this.user, this.call, this.page, field].join("/");
  }

  /** Tell this browser that the page is open. */
  announce() {
    return announcePage(this.db, this.page, this.user, this.call);
  }

  /** Keep the newest entry of a field. */
  put(field, entry) {
    this.waiting.set(field, entry);
    this.write();
  }

  /** Nothing of a field is unsent any more. */
  drop(field) {
    this.waiting.set(field, null);
    this.write();
  }

  /** Resolve when everything so far is in the store, or cannot be; tells which: `works`. */
  write() {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  async writeAll() {
    while (this.waiting.size) {
      const batch = [...this.waiting];
      this.waiting.clear();
      try {
        const sealed = await Promise.all(batch.map(([field, entry]) => entry && this.row(field, entry)));
        const change = this.db.transaction(OUTBOX, "readwrite", { durability: "strict" });
        batch.forEach(([field], place) => {
          if (sealed[place]) change.objectStore(OUTBOX).put(sealed[place]);
          else change.objectStore(OUTBOX).delete(this.idOf(field));
        });
        await finished(change);
        this.turn(true);
      } catch {
        // Full, or taken away: the page still has the text, and what came since is newer.
        for (const [field, entry] of batch) if (!this.waiting.has(field)) this.waiting.set(field, entry);
        this.turn(false);
        await this.openAnew();
        this.again ??= setTimeout(() => {
          this.again = null;
          this.write();
        }, AGAIN);
        return;
      }
    }
  }

  /** A store that was cleared is closed for good; one that is full is not. */
  async openAnew() {
    const before = this.db;
    const store = await openStore(this.name);
    if (!store || store === before) return;
    this.db = store;
    before.close();
  }

  turn(works) {
    if (this.works === works) return;
    this.works = works;
    this.onChange();
  }

  async row(field, entry) {
    const id = this.idOf(field);
    const about = { id, user: this.user, call: this.call, page: this.page, field, at: entry.at };
    return { ...about, ...(await seal(this.key, id, entry)) };
  }

  /** What pages that are gone left of this call: [{row, entry}], oldest first. */
  async left() {
    const alive = await livingPages();
    const found = (await leftBehind(this.db, this.user, this.call)).filter((row) => !alive.has(row.page));
    const opened = await Promise.all(found.map(async (row) => ({ row, entry: await unseal(this.key, row) })));
    return opened.filter(({ entry }) => entry);
  }

  /** Keep an object for this call, encrypted; what undoing needs lives here. */
  async keepNote(value) {
    const id = `${this.user}/${this.call}`;
    try {
      await put(this.db, NOTES, { id, user: this.user, call: this.call, at: Date.now(), ...(await seal(this.key, id, value)) });
    } catch {
      // Undoing goes as far back as this page.
    }
  }

  /** The object that was kept for this call, or null. */
  async note() {
    try {
      const row = await settled(this.db.transaction(NOTES).objectStore(NOTES).get(`${this.user}/${this.call}`));
      return row ? await unseal(this.key, row) : null;
    } catch {
      return null;
    }
  }
}
