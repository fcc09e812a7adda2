/**
 * Remarks on a returned intake: a reply is sent without leaving the page, so that nothing typed
 * elsewhere on it is lost. Without scripts their forms are plain ones.
 */

import { followHash, goToPlace } from "./tabs.js";

const NO_NETWORK = "The server cannot be reached, and may have noted it all the same. Your reply stays here: press again when it can, it is noted once.";
const TROUBLE = "The server has trouble. Your reply stays here: press again, it is noted once.";
const GONE = "This call is not yours any more: nothing was noted. Your reply stays here to be copied.";

/** Show a remark in its place; the next Tab is its reply. No caret goes where nobody looks. */
function goToRemark(remark) {
  goToPlace(remark);
  remark.scrollIntoView({ block: "nearest" });
}

/** The box that a remark is about is read aloud with it. */
function describeBox(remark) {
  const box = document.getElementById(remark.dataset.remark);
  const words = `${remark.id}-words`;
  const described = box?.getAttribute("aria-describedby")?.split(" ") ?? [];
  if (box && !described.includes(words)) box.setAttribute("aria-describedby", [...described, words].join(" "));
}

/** How many remarks of a section still wait, beside its name. */
function showOpen() {
  for (const mark of document.querySelectorAll(".tab-remarks")) {
    const panel = document.getElementById(`panel-${mark.closest("[data-tab]").dataset.tab}`);
    const count = panel.querySelectorAll(".remark:not(.remark--done)").length;
    const word = Object.assign(document.createElement("span"), { className: "tab-remarks-word" });
    word.textContent = count === 1 ? "comment" : "comments";
    mark.replaceChildren(...(count ? [`${count} `, word] : []));
  }
}

const parse = (html) => {
  const place = document.createElement("template");
  place.innerHTML = html;
  return place.content.querySelector("[id]");
};

/**
 * Show what became of a remark: itself, its line, and what is said of all of them. Lines stay where
 * they are until the page is loaded anew: nothing moves under the pointer.
 */
function show(remark, { html, line, head, left }, sent) {
  const [now, newLine] = [parse(html), parse(line)];
  const typed = remark.querySelector("[name=text]").value;
  if (typed !== sent) now.querySelector("[name=text]").value = typed; // while it was on its way
  const hadFocus = remark.contains(document.activeElement);
  remark.replaceWith(now);
  const oldLine = document.getElementById(newLine.id);
  if (oldLine.contains(now)) oldLine.className = newLine.className;
  else oldLine.replaceWith(newLine);
  const fold = document.getElementById(newLine.id).closest(".returned-done");
  if (fold && !newLine.classList.contains("remark--done")) fold.open = true; // it is open again
  if (hadFocus) now.focus();
  document.querySelector("[data-returned-head]").innerHTML = head;
  const beside = document.querySelector("[data-still-open]");
  if (beside) beside.innerHTML = left;
  showOpen();
}

/** Whoever folded the list away has it folded on the next page of this tab, too. */
function keepFolded(list) {
  const place = `hotline.folded.${list.dataset.returned}`; // one more return has another number
  try {
    if (sessionStorage.getItem(place)) list.open = false;
  } catch {
    return; // where the browser keeps nothing, it is open again
  }
  list.addEventListener("toggle", () => {
    try {
      if (list.open) sessionStorage.removeItem(place);
      else sessionStorage.setItem(place, "yes");
    } catch {
      // The next page has it open.
    }
  });
}

async function send(form, submitter, saver) {
  const remark = submitter.closest(".remark");
  const say = (sentence) => {
    const line = remark.querySelector("[data-remark-error]");
    line.textContent = sentence;
    line.hidden = !sentence;
  };
  if (remark.getAttribute("aria-busy") === "true") return; // pressed twice
  remark.setAttribute("aria-busy", "true");
  say("");
  const body = new URLSearchParams(new FormData(form, submitter));
  body.delete("csrfmiddlewaretoken"); // whoever signed in again has a new one
  try {
    const { ok, status, answer } = await saver.ask(form.action, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": saver.token },
      body,
    });
    if (ok && answer.html) show(remark, answer, body.get("text"));
    else if (status === 401) saver.lock();
    else if (status === 404) say(GONE);
    else {
      if (status === 403) await saver.check();
      say(answer.error || TROUBLE);
    }
  } catch {
    say(NO_NETWORK);
  } finally {
    remark.removeAttribute("aria-busy");
  }
}

/** Start sending replies, and follow the links to remarks. */
export function startRemarks(root, saver) {
  for (const remark of root.querySelectorAll(".remark")) describeBox(remark);
  root.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-remark-form]")) return;
    event.preventDefault();
    send(event.target, event.submitter, saver);
  });
  const list = document.querySelector("[data-returned]");
  if (list) keepFolded(list);
  followHash("remark-", goToRemark);
}
