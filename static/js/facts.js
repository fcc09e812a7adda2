/**
 * Forms that note a fact ("told just now"): sent without leaving the page, which gets the list
 * anew. Without scripts they are plain forms.
 */

const SIGNED_OUT = "You are signed out. Nothing was noted: sign in in another tab, then press again.";
const OUT_OF_DATE = "This page is out of date. Nothing was noted: reload it, then note it again.";
const NO_NETWORK = "The server cannot be reached, and may have noted it all the same. Press again when it can: it is noted once.";

/** Show the newest words of a log. */
const showEnd = (log) => {
  log.scrollTop = log.scrollHeight;
};

/** Show what the server answered. A log grows where it stands: only then it is read aloud. */
function show(place, html) {
  const log = place.querySelector("[data-grows]");
  if (!log) {
    place.innerHTML = html;
    return;
  }
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const said = [...answer.content.querySelector("[data-grows]").children];
  for (const part of ["[data-fact-error]", "form"]) {
    place.querySelector(part).replaceWith(answer.content.querySelector(part));
  }
  const fold = log.closest("details");
  if (fold) fold.open = true;
  log.append(...said.slice(log.children.length));
  showEnd(log);
}

/** What is typed in the other forms of a place: it stays when the place is shown anew. */
function typedBeside(form, place) {
  const typed = [];
  for (const other of place.querySelectorAll("form[data-fact]")) {
    if (other === form) continue;
    for (const { name, type, value, checked } of other.elements) {
      if (!name || type === "hidden" || type === "submit") continue;
      typed.push({ action: other.getAttribute("action"), name, value, checked });
    }
  }
  return typed;
}

function putBack(place, typed) {
  for (const { action, name, value, checked } of typed) {
    const control = place.querySelector(`form[action="${CSS.escape(action)}"]`)?.elements[name];
    if (!control) continue;
    if (control.type === "checkbox") control.checked = checked;
    else control.value = value;
  }
}

async function note(form, place, submitter) {
  const say = (sentence) => {
    const line = place.querySelector("[data-fact-error]");
    line.textContent = sentence;
    line.hidden = !sentence;
  };
  const button = submitter ?? form.querySelector("button[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return; // pressed twice
  button.setAttribute("aria-disabled", "true");
  try {
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form, submitter)),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok && answer.html !== undefined) {
      const hadFocus = place.contains(document.activeElement);
      const typed = typedBeside(form, place);
      show(place, answer.html);
      putBack(place, typed);
      const first = place.querySelector("[data-fact-first], form select, form input:not([type=hidden])");
      if (hadFocus || !("keepFocus" in place.dataset)) first?.focus();
      place.dispatchEvent(new CustomEvent("facts:changed", { bubbles: true }));
    } else if (response.status === 401) say(SIGNED_OUT);
    else if (response.status === 403) say(OUT_OF_DATE);
    else say(answer.error ?? "The server has trouble. Press again: it is noted once.");
  } catch {
    say(NO_NETWORK);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-fact]");
  const place = form?.closest("[data-facts]");
  if (!place) return;
  event.preventDefault();
  note(form, place, event.submitter);
});

// A press with the pointer leaves the caret where the worker types.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("button")?.form?.closest("[data-keep-focus]")) event.preventDefault();
});

for (const log of document.querySelectorAll("[data-grows]")) showEnd(log);
