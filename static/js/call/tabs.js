/** Sections as tabs, prompts that open in place, and counts in words. */

let current = null;
const scrolled = new Map(); // how far each panel was scrolled when it was left
let lastFactor = null;

/** The factor that is shown, or was shown last: {key, title}. */
export function shownFactor() {
  return lastFactor;
}

/** Show the panel of a section; asks the server nothing. */
export function showPanel(key) {
  const tab = document.querySelector(`[data-tab="${key}"]`);
  if (!tab || key === current) return;
  const frame = document.querySelector(".panels");
  const wasInPanel = document.activeElement?.closest("[data-panel]");
  scrolled.set(current, frame.scrollTop);
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== key;
  for (const other of document.querySelectorAll("[data-tab]")) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  current = key;
  frame.scrollTop = scrolled.get(key) ?? 0;
  if (document.getElementById(`panel-${key}`).dataset.kind === "factor") {
    lastFactor = { key, title: document.getElementById(`title-${key}`).textContent.trim() };
  }
  // What is typed next goes somewhere that can be seen: the box that had the caret is hidden now.
  if (wasInPanel?.hidden) firstBoxOf(key).focus({ preventScroll: true });
}

/** The first box of a section that can be typed in, else its tab. */
function firstBoxOf(key) {
  const boxes = [...document.querySelectorAll(`#panel-${key} :is(textarea, input:not([type=hidden]), select)`)];
  const isOwn = (box) => box.offsetParent && !box.readOnly && !box.disabled && !box.closest(".remark");
  return boxes.find(isOwn) ?? document.getElementById(`tab-${key}`);
}

/** Open a prompt's box and put the caret in it. */
export function goToPrompt(prompt) {
  const panel = prompt.closest("[data-panel]");
  if (panel) showPanel(panel.dataset.panel);
  const region = prompt.querySelector(".prompt-region");
  if (region) openRegion(prompt, true);
  (prompt.querySelector("textarea") ?? prompt.querySelector("a")).focus();
  prompt.scrollIntoView({ block: "nearest" });
}

/** Put the caret into the control of a field, in whatever panel it is. */
export function goToField(name) {
  const control = document.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (control) goToPlace(control);
}

/** Put the caret into a control, or focus any other place, in whatever panel it is. */
export function goToPlace(control) {
  const prompt = control.closest(".prompt");
  if (prompt) openRegion(prompt, true);
  const panel = control.closest("[data-panel]");
  if (panel) showPanel(panel.dataset.panel);
  (control.matches("fieldset") ? control.querySelector("input") : control).focus();
}

/** Open or close the box of a prompt that is not a core one. */
export function openRegion(prompt, isOpen) {
  prompt.querySelector(".prompt-region").hidden = !isOpen;
  prompt.querySelector("[data-open-prompt]")?.setAttribute("aria-expanded", String(isOpen));
}

/** Counts of what was asked and what was heard, in words. */
function showCoverage(root) {
  const isAsked = (prompt) => {
    const box = prompt.querySelector("textarea");
    const blank = prompt.querySelector("fieldset input:checked")?.value;
    return Boolean(box && (box.value || blank === "unknown" || blank === "declined"));
  };
  for (const place of root.querySelectorAll("[data-coverage]")) {
    const panel = document.getElementById(`panel-${place.dataset.coverage}`);
    const count = (side) => [...panel.querySelectorAll(`.side-${side} .prompt`)].filter(isAsked).length;
    const heard = [...panel.querySelectorAll("[data-rows] [data-take-out]")].filter((box) => !box.checked).length;
    const words = `Worry ${count("worry")} · Well ${count("working_well")}${heard ? ` · Heard ${heard}` : ""}`;
    if (place.textContent !== words) place.textContent = words;
  }
  for (const place of root.querySelectorAll("[data-asked]")) {
    const panel = document.getElementById(`panel-${place.dataset.asked}`);
    const count = [...panel.querySelectorAll(".prompt")].filter(isAsked).length;
    place.textContent = count ? `${count} asked` : "";
  }
  for (const one of root.querySelectorAll("[data-count-of]")) {
    const rows = root.querySelectorAll(`[data-rows="${one.dataset.countOf}"] > [data-row-id] [data-take-out]`);
    const count = [...rows].filter((box) => !box.checked).length;
    one.textContent = count || "";
  }
  const told = root.querySelector("[data-told]");
  if (told) told.textContent = root.querySelectorAll(".dispatch").length || "";
  const place = root.querySelector("[data-people]");
  if (place) {
    const count = (noun) =>
      [...document.querySelectorAll(`#panel-people .rows > [data-row-noun="${noun}"] > .take-out [data-take-out]`)]
        .filter((box) => !box.checked).length;
    const [people, concerns] = [count("person"), count("concern")];
    const words = [people || "", concerns ? `${concerns} ${concerns === 1 ? "concern" : "concerns"}` : ""];
    place.textContent = words.filter(Boolean).join(" · ");
  }
}

/** Values of bound fields beside the prompts that ask for them. */
function showBound(root) {
  for (const place of root.querySelectorAll("[data-bound]")) {
    const control = document.querySelector(`[data-field="${CSS.escape(place.dataset.bound)}"]`);
    if (!control) continue;
    let words = control.value;
    if (control.matches("fieldset")) words = control.querySelector("input:checked")?.closest("label").textContent.trim();
    else if (control.matches("select")) words = control.value && control.selectedOptions[0].textContent;
    place.textContent = words || "Not asked";
  }
}

/**
 * Go to the place that the address names, now and whenever it names another one, if its id begins
 * so. A link to the same place twice changes no hash, but is pressed all the same.
 */
export function followHash(prefix, go) {
  const follow = () => {
    const place = location.hash.startsWith(`#${prefix}`) && document.getElementById(location.hash.slice(1));
    if (place) go(place);
  };
  follow();
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(`a[href^="#${prefix}"]`);
    if (link?.hash === location.hash) follow();
  });
}

/** Turn the links into tabs and keep the counts. */
export function startTabs(root) {
  const list = document.getElementById("tabs");
  if (!list) return;
  list.setAttribute("role", "tablist");
  const tabs = [...list.querySelectorAll("[data-tab]")];
  for (const tab of tabs) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `panel-${tab.dataset.tab}`);
    const panel = document.getElementById(`panel-${tab.dataset.tab}`);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
  }
  showPanel(tabs[0].dataset.tab);
  const opening = list.querySelector("[data-kind=opening]");
  if (root.hasAttribute("data-fresh") && opening) showPanel(opening.dataset.tab);
  const goToHash = () => {
    const wanted = location.hash.replace("#panel-", "");
    if (tabs.some((tab) => tab.dataset.tab === wanted)) showPanel(wanted);
  };
  goToHash();
  window.addEventListener("hashchange", goToHash);
  followHash("f-", goToPlace);

  // A click shows a section and leaves the caret where the worker types.
  list.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-tab]")) event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab) return;
    event.preventDefault();
    showPanel(tab.dataset.tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 5, ArrowUp: -5 }[event.key];
    let index = tabs.findIndex((tab) => tab.dataset.tab === current);
    if (event.key === "Home") index = 0;
    else if (event.key === "End") index = tabs.length - 1;
    else if (event.key === " ") index = tabs.indexOf(event.target.closest("[data-tab]"));
    else if (step) index = (index + step + tabs.length) % tabs.length;
    else return;
    event.preventDefault();
    showPanel(tabs[index].dataset.tab);
    tabs[index].focus();
  });
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-prompt]");
    const link = event.target.closest("[data-go-to-field]");
    const way = event.target.closest("[data-go-to-panel]");
    if (opener) {
      const prompt = opener.closest(".prompt");
      const isOpen = opener.getAttribute("aria-expanded") !== "true";
      openRegion(prompt, isOpen);
      if (isOpen) prompt.querySelector("textarea").focus();
    } else if (way) {
      event.preventDefault();
      showPanel(way.dataset.goToPanel);
      document.getElementById(`tab-${way.dataset.goToPanel}`).focus();
    } else if (link) {
      event.preventDefault();
      goToField(link.dataset.goToField);
    }
  });
  root.addEventListener("facts:changed", () => showCoverage(root));
  root.addEventListener("call:changed", () => {
    showCoverage(root);
    showBound(root);
  });
}
