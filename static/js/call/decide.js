/** The wrap-up follows what is chosen: the answers referred to, what is due, concrete help. */

import { controlOf } from "./fields.js";

export function startDecide(root) {
  const lists = [...root.querySelectorAll("[data-references]")];
  if (!lists.length) return;

  function showReferences() {
    const chosen = [...root.querySelectorAll("[data-reference]:checked")];
    for (const list of lists) {
      const here = chosen.filter((box) => (box.dataset.side === "worry") === (list.dataset.references === "worry"));
      list.hidden = !here.length;
      list.querySelector("ul").replaceChildren(
        ...here.map((box) => {
          const item = document.createElement("li");
          item.textContent = `${box.dataset.reference}: ${box.dataset.words}`;
          return item;
        }),
      );
    }
  }

  /** What the call has, as the agency's table names it. */
  function triggers() {
    const found = new Set();
    for (const select of root.querySelectorAll('[data-rows="concern"] > [data-row-id] select[data-field$=".type"]')) {
      const isOut = select.closest("[data-row-id]").querySelector("[data-take-out]")?.checked;
      if (select.value && !isOut) found.add(select.value);
    }
    for (const box of root.querySelectorAll('input[type=checkbox][data-field^="call.is_"]:checked')) {
      found.add(box.dataset.field.replace("call.", ""));
    }
    const tribal = controlOf("call.tribal_information")?.querySelector("input:checked");
    if (tribal?.value === "yes") found.add("tribal_information");
    return found;
  }

  function showDue() {
    const found = triggers();
    for (const one of root.querySelectorAll("[data-cross]")) {
      const laws = [...one.querySelectorAll("[data-trigger]")];
      for (const law of laws) law.hidden = !found.has(law.dataset.trigger);
      const isDue = laws.some((law) => !law.hidden);
      one.querySelector("[data-cross-due]").hidden = !isDue;
      const decided = one.querySelector("select").value;
      const isToMake = decided ? decided === "yes" : isDue;
      for (const clock of one.querySelectorAll("[data-cross-clock]")) clock.hidden = !isToMake;
      // What is decided stays where it is; what has the focus is not moved away.
      const wanted = isDue || decided ? "due" : "others";
      const place = root.querySelector(`[data-cross-list="${wanted}"]`);
      if (!place.contains(one) && !one.contains(document.activeElement)) place.append(one);
    }
    const help = root.querySelector("[data-neglect]");
    help.hidden = !found.has("general_neglect") && !found.has("severe_neglect");
  }

  root.addEventListener("call:changed", () => {
    showReferences();
    showDue();
  });
}
