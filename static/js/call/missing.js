/** The wrap-up's way to what a submission still lacks; the server has the last word. */

import { controlOf } from "./fields.js";

const TRANSFER = ["agency", "person", "method", "time"].map((one) => `decision.transfer_${one}`);
const STRIP = ["call.danger_now", "call.responder_safety", "call.tribal_information"];

/** Start the way and keep the parts' states; returns what the key does. */
export function startMissing(root) {
  const valueOf = (name) => {
    const control = controlOf(name);
    return control?.matches("fieldset") ? control.querySelector("input:checked")?.value ?? "" : control?.value.trim() ?? "";
  };

  /** The controls that are empty and needed, in the order of the page. */
  function missing() {
    const wanted = [...STRIP, "decision.screening"];
    const screening = valueOf("decision.screening");
    const isOneOf = (list) => screening && (root.dataset[list] ?? "").split(" ").includes(screening);
    if (isOneOf("needsPriority")) wanted.push("decision.priority");
    wanted.push("decision.rationale");
    const places = wanted.filter((name) => !valueOf(name)).map(controlOf);
    if (isOneOf("referral") && !valueOf("decision.cross_reports")) {
      const isDecided = [...root.querySelectorAll("[data-cross] select")].some((select) => select.value);
      const due = [...root.querySelectorAll('[data-cross-list="due"] [data-cross]')]
        .filter((one) => !one.querySelector("[data-cross-due]").hidden)
        .map((one) => one.querySelector("select"));
      const open = due.filter((select) => !select.value);
      if (open.length || (!due.length && !isDecided)) places.push(open[0] ?? controlOf("decision.cross_reports"));
    }
    if (isOneOf("transfer")) places.push(...TRANSFER.filter((name) => !valueOf(name)).map(controlOf));
    if (isOneOf("referral")) {
      const types = [...root.querySelectorAll('[data-rows="concern"] > [data-row-id] select[data-field$=".type"]')];
      if (!types.some((select) => select.value)) places.push(types[0] ?? root.querySelector('[data-add="concern"]'));
    }
    return places.filter(Boolean);
  }

  const concerns = () =>
    [...root.querySelectorAll('[data-rows="concern"] > [data-row-id]')].filter((row) => {
      if (row.querySelector("[data-take-out]")?.checked) return false;
      return !("new" in row.dataset) || [...row.querySelectorAll(":is(textarea, select, input:not([type=hidden], [type=checkbox]))")].some((box) => box.value);
    });

  const isOfDecision = (place) => place.dataset.field?.startsWith("decision.") || place.closest("[data-cross]");

  function say(task, words) {
    const state = root.querySelector(`[data-task="${task}"]`);
    if (state && state.textContent !== words) state.textContent = words;
  }

  // What was empty when the page said so; what is wrong for another reason only the server can tell.
  const told = [...document.querySelectorAll("#error-summary li")]
    .map((line) => ({ line, control: document.getElementById(line.querySelector("a").hash.slice(1)) }))
    .filter(({ control }) => control?.dataset.field && !valueOf(control.dataset.field));

  /** The states of the parts, and of what was missing only what still is. */
  function show() {
    const open = STRIP.filter((name) => !valueOf(name)).length;
    const count = concerns().length;
    say("safety", open ? `${open} not asked` : "Answered");
    say("concerns", count ? `${count} concern${count === 1 ? "" : "s"}` : "None yet");
    const isBegun = valueOf("decision.screening") || valueOf("decision.rationale");
    say("decision", !missing().some(isOfDecision) ? "Decided" : isBegun ? "Incomplete" : "To do");
    for (const { line, control } of told) {
      line.hidden = Boolean(valueOf(control.dataset.field));
    }
    const box = document.getElementById("error-summary");
    if (box) box.hidden = [...box.querySelectorAll("li")].every((line) => line.hidden);
  }

  root.addEventListener("call:changed", show);

  function go() {
    const place = missing()[0] ?? root.querySelector(".submit-line button");
    for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    (place.matches("fieldset") ? place.querySelector("input") : place).focus();
    place.scrollIntoView({ block: "nearest" });
  }

  root.querySelector("[data-next-missing]")?.addEventListener("click", go);
  return go;
}
