/**
 * Remarks on a returned intake: a reply is sent without leaving the page, so that nothing typed
 * elsewhere on it is lost. Without scripts their forms are plain ones.
 */

import { goToPlace } from "./tabs.js";

const NO_NETWORK = "The server cannot be reached. Your reply stays here: press again when it can.";
const TROUBLE = "The server has trouble. Your reply stays here: press again.";

/** Show a remark in its place, with the caret in the box that it is about. */
function goToRemark(remark) {
  const box = document.getElementById(remark.dataset.remark);
  goToPlace(box ?? remark);
  const { passage } = remark.dataset;
  const at = passage && box ? box.value.indexOf(passage) : -1;
  if (at >= 0) box.setSelectionRange(at, at + passage.length);
  remark.scrollIntoView({ block: "nearest" });
}

/** How many remarks of a section still wait, beside its name. */
function showOpen() {
  for (const mark of document.querySelectorAll(".tab-remarks")) {
    const panel = document.getElementById(`panel-${mark.closest("[data-tab]").dataset.tab}`);
    const count = panel.querySelectorAll(".remark:not(.remark--done)").length;
    mark.textContent = count ? `${count} comment${count === 1 ? "" : "s"}` : "";
  }
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
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": saver.token },
      body,
    });
    if (response.status === 401) return saver.lock();
    if (response.status === 403) await saver.check();
    const answer = await response.json().catch(() => ({}));
    if (!response.ok || !answer.html) return say(answer.error || TROUBLE);
    const place = document.createElement("template");
    place.innerHTML = answer.html;
    const [now, { id }] = [place.content.firstElementChild, remark];
    remark.replaceWith(now);
    const list = document.getElementById("returned-remarks");
    if (!list.contains(now)) list.innerHTML = answer.list;
    document.getElementById(id).focus();
    showOpen();
  } catch {
    say(NO_NETWORK);
  } finally {
    remark.removeAttribute("aria-busy");
  }
}

/** Start sending replies, and follow the links to remarks. */
export function startRemarks(root, saver) {
  root.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-remark-form]")) return;
    event.preventDefault();
    send(event.target, event.submitter, saver);
  });
  const goToHash = () => {
    const remark = location.hash.startsWith("#remark-") && document.getElementById(location.hash.slice(1));
    if (remark) goToRemark(remark);
  };
  goToHash();
  window.addEventListener("hashchange", goToHash);
  root.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#remark-"]');
    if (link?.hash === location.hash) goToHash();
  });
}
