/**
 * The page of exports: while one is made and somebody sees the page, it asks every 2 s how far it
 * is. Without scripts a reload tells the same.
 */

const EVERY = 2000; // ms
const table = document.querySelector("[data-exports]");
const news = document.querySelector("[data-news]");
let timer = 0;
let isAsking = false;

const unfinished = () => [...(table?.querySelectorAll("[data-unfinished]") ?? [])];

/** Put what the server says in place of what stands; the focus stays in its cell. */
function put(cell, html) {
  if (cell.dataset.shown === html) return;
  const hadFocus = cell.contains(document.activeElement);
  cell.dataset.shown = html;
  cell.innerHTML = html;
  if (hadFocus) cell.querySelector("a, button")?.focus();
}

function show(row, { state, actions, is_unfinished: isUnfinished }) {
  const cell = row.querySelector("[data-state]");
  const bar = cell.querySelector("progress");
  const words = document.createElement("template");
  words.innerHTML = state;
  const next = words.content.querySelector("progress");
  if (bar && next) {
    bar.value = next.value; // the same bar: a screen reader that stands on it is not thrown off
    bar.nextElementSibling.textContent = next.nextElementSibling.textContent;
  } else put(cell, state);
  if (isUnfinished) return;
  put(row.querySelector("[data-actions]"), actions);
  delete row.dataset.unfinished;
  news.textContent = `The export asked for ${row.querySelector("th").textContent.trim()}: ${cell.textContent.trim().replace(/\s+/g, " ")}`;
}

async function ask() {
  timer = 0;
  const rows = unfinished();
  if (isAsking || !rows.length || document.visibilityState !== "visible") return;
  isAsking = true;
  try {
    const query = new URLSearchParams(rows.map((row) => ["id", row.dataset.export]));
    const response = await fetch(`${table.dataset.exports}?${query}`, {
      headers: { Accept: "application/json", "X-Background": "yes" },
      credentials: "same-origin",
    });
    if (response.status === 401) {
      document.addEventListener("session:unlocked", ask, { once: true });
      document.dispatchEvent(new CustomEvent("session:lost"));
      return;
    }
    if (response.ok) {
      const told = (await response.json()).rows;
      for (const row of rows) if (told[row.dataset.export]) show(row, told[row.dataset.export]);
    }
  } catch {
    // What stands, stands: it is asked again, and a reload asks too.
  } finally {
    isAsking = false;
  }
  later();
}

function later() {
  if (!timer && unfinished().length) timer = setTimeout(ask, EVERY);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !timer) ask();
});
later();
