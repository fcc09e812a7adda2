/** The journal against a store that fills up and is taken away. Run: node --test */

import assert from "node:assert/strict";
import { test } from "node:test";
import { webcrypto } from "node:crypto";

import { Journal, importKey } from "../../static/js/journal.js";

globalThis.crypto ??= webcrypto; // Node 18 has it as a module only

/** As much of IndexedDB as the journal uses: rows in memory, and trouble on demand. */
class Store {
  constructor() {
    this.rows = new Map();
    this.isFull = false;
    this.isClosed = false;
  }

  close() {
    this.isClosed = true;
  }

  transaction() {
    if (this.isClosed) throw new DOMException("closed", "InvalidStateError");
    const wanted = [];
    const change = {
      objectStore: () => ({
        put: (row) => wanted.push(() => this.rows.set(row.id, row)),
        delete: (id) => wanted.push(() => this.rows.delete(id)),
        getAll: () => {
          const request = {};
          queueMicrotask(() => request.onsuccess?.(Object.assign(request, { result: [...this.rows.values()] })));
          return request;
        },
      }),
    };
    queueMicrotask(() => {
      if (this.isFull) {
        change.error = new DOMException("full", "QuotaExceededError");
        return change.onabort?.();
      }
      for (const one of wanted) one();
      return change.oncomplete?.();
    });
    return change;
  }
}

/** A browser that opens `stores`, one after the other. */
function browser(...stores) {
  globalThis.indexedDB = {
    open() {
      const request = { result: stores.length > 1 ? stores.shift() : stores[0] };
      queueMicrotask(() => request.onsuccess?.());
      return request;
    },
  };
}

const base64 = Buffer.alloc(32, 7).toString("base64");

async function journalOf(store) {
  const told = [];
  const key = await importKey(base64);
  const journal = new Journal({
    db: store, key, user: "u", call: "c", page: "p", onChange: () => told.push(journal.works),
  });
  return { journal, told };
}

const ids = (store) => [...store.rows.keys()].map((id) => id.split("/").at(-1)).sort();

test("a disk that is full is told of, and what waited is written when it is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const store = new Store();
  browser(store);
  const { journal, told } = await journalOf(store);
  store.isFull = true;
  journal.put("narrative.text", { text: "one" });
  await journal.write();
  assert.deepEqual(told, [false]);
  journal.put("call.tribe", { text: "two" });
  await journal.write();
  assert.deepEqual(ids(store), []);
  store.isFull = false;
  t.mock.timers.tick(5000);
  await journal.write();
  assert.deepEqual(told, [false, true]);
  assert.deepEqual(ids(store), ["call.tribe", "narrative.text"]);
});

test("an entry that could not go is taken out later, and never written again", async () => {
  const store = new Store();
  browser(store);
  const { journal } = await journalOf(store);
  journal.put("narrative.text", { text: "one" });
  await journal.write();
  store.isFull = true;
  journal.put("narrative.text", { text: "one two" });
  await journal.write();
  store.isFull = false;
  journal.drop("narrative.text"); // newer than what could not be written
  await journal.write();
  clearTimeout(journal.again);
  assert.deepEqual(ids(store), []);
});

test("a store that was cleared is opened anew", async () => {
  const [old, fresh] = [new Store(), new Store()];
  browser(fresh);
  const { journal, told } = await journalOf(old);
  old.isClosed = true; // somebody signed out, and the browser cleared its storage
  journal.put("narrative.text", { text: "one" });
  await journal.write();
  assert.deepEqual(told, [false]);
  await journal.write();
  clearTimeout(journal.again);
  assert.deepEqual(told, [false, true]);
  assert.deepEqual(ids(fresh), ["narrative.text"]);
});
