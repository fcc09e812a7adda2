/** What an abbreviation before the caret stands for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { expansion } from "../../static/js/call/snippets.js";

const SNIPPETS = { aps: "Adult protective services", ñu: "x" };

test("a known abbreviation after its semicolon is found where it begins", () => {
  assert.deepEqual(expansion("Told ;aps", SNIPPETS), { from: 5, text: "Adult protective services" });
  assert.deepEqual(expansion(";aps", SNIPPETS), { from: 0, text: "Adult protective services" });
  assert.deepEqual(expansion("😀;ñu", SNIPPETS), { from: 2, text: "x" });
});

test("anything else stays as it was typed", () => {
  for (const text of ["aps", ";ap", ";apsx", "x;aps", ";;aps", ";aps ", "", ";toString", ";constructor"]) {
    assert.equal(expansion(text, SNIPPETS), null, text);
  }
});
