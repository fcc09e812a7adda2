/**
 * The supervisor's desk. The queue asks every few seconds who is at which intake and says so in the
 * row: nothing moves, nothing comes or goes under the pointer. The page of a review says that it is
 * there, whether anything was done on it (which keeps the claim), and shows who else is. Words of the
 * narrative that were selected stand in the comment that is opened after that.
 */

const EVERY = 5000; // ms
const queue = document.querySelector("[data-queue]");
const review = document.querySelector("[data-review]");
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

/** Show anew who is at an intake; the focus stays where it was, as long as its button does. */
function showClaim(cell, html) {
  if (cell.dataset.shown === html) return;
  const hadFocus = cell.contains(document.activeElement);
  cell.dataset.shown = html;
  cell.innerHTML = html;
  if (!hadFocus) return;
  const next = cell.querySelector("button, a");
  if (next) next.focus();
  else {
    cell.tabIndex = -1;
    cell.focus();
  }
}

/** A row that waits no more says so in its place; what came anew is told of above the table. */
function showQueue(rows) {
  const known = new Set();
  for (const row of queue.querySelectorAll("[data-row]")) {
    known.add(row.dataset.row);
    const cell = row.querySelector("[data-claim]");
    showClaim(cell, rows[row.dataset.row] ?? '<span class="desk-who">Does not wait here any more</span>');
  }
  const fresh = Object.keys(rows).filter((key) => !known.has(key)).length;
  const news = document.querySelector("[data-news]");
  const sentence = fresh ? `${fresh} more ${fresh === 1 ? "waits" : "wait"}: reload the page to see.` : "";
  if (news.textContent !== sentence) news.textContent = sentence;
}

let isActive = true; // it was just opened
for (const type of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
  document.addEventListener(type, () => (isActive = true), { capture: true, passive: true });
}

function send() {
  const headers = { Accept: "application/json", "X-Background": "yes" };
  if (queue) return fetch(queue.dataset.queue, { headers, credentials: "same-origin" });
  const body = new URLSearchParams({ active: isActive ? "yes" : "no" });
  return fetch(review.dataset.review, {
    method: "POST", body, credentials: "same-origin", headers: { ...headers, "X-CSRFToken": token() },
  });
}

async function ask() {
  const wasActive = isActive;
  try {
    const asked = send();
    isActive = false; // what is done from now on is told next time
    const response = await asked;
    if (response.status === 401) {
      document.addEventListener("session:unlocked", ask, { once: true });
      document.dispatchEvent(new CustomEvent("session:lost"));
      return;
    }
    if (response.ok) {
      const answer = await response.json();
      if (queue) showQueue(answer.rows);
      else {
        const there = review.querySelector("[data-there]");
        const words = document.createElement("template");
        words.innerHTML = answer.html;
        const sentence = words.content.textContent.trim();
        if (there.textContent.trim() !== sentence) there.textContent = sentence;
      }
    }
    if (!response.ok) isActive ||= wasActive;
  } catch {
    isActive ||= wasActive; // what stands, stands: whatever is pressed is checked by the server
  }
  setTimeout(ask, EVERY);
}

/** What of the narrative was selected last: its first line, as a comment names it. */
function rememberPassage() {
  const narrative = document.querySelector("[aria-labelledby=d-narrative] > .typed");
  const passage = narrative?.parentElement.querySelector("input[name=passage]");
  if (!passage) return;
  let words = "";
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(narrative)) return;
    const inside = document.createRange(); // three clicks select up to the next paragraph
    inside.selectNodeContents(narrative);
    if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
    words = inside.toString().trim().split("\n")[0].trim();
  });
  passage.closest("details").addEventListener("toggle", (event) => {
    if (event.target.open && !passage.value) passage.value = words;
  });
}

rememberPassage();
if (review) ask();
else if (queue) setTimeout(ask, EVERY);
