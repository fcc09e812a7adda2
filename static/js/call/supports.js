/** The directory of services: found on the server, offered with one press. */

import { addRow } from "./rows.js";

const PAUSE = 250; // ms after the last key

export function startSupports(root, saver) {
  const find = root.querySelector("[data-find-services]");
  if (!find) return;
  const [words, factor, area] = find.querySelectorAll("[data-find]");
  const list = find.querySelector("[data-found-list]");
  const told = find.querySelector("[data-found]");
  let timer = null;
  let asked = 0;
  let shown = new Map(); // what is in the list, by what is said of it

  function element(name, text, about = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...about });
  }

  function show({ services, has_more: hasMore }) {
    told.textContent = services.length
      ? `${services.length} ${services.length === 1 ? "service" : "services"}${hasMore ? ", and more: add a word" : ""}`
      : "No service of the directory has these words.";
    // What was found before stays where it is: a press that meets the new list is not lost.
    const items = services.map((one) => shown.get(JSON.stringify(one)) ?? itemOf(one));
    shown = new Map(services.map((one, place) => [JSON.stringify(one), items[place]]));
    for (const item of [...list.children]) if (!items.includes(item)) item.remove();
    items.forEach((item, place) => {
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    });
  }

  function itemOf(one) {
    const item = element("li", "");
    const about = element("div", "");
    const contact = [one.area, one.phone, one.hours, one.languages].filter(Boolean).join(" · ");
    const name = element("p", "");
    name.append(element("strong", one.name));
    about.append(name, element("p", one.offers), element("p", contact, { className: "hint" }));
    const offer = element("button", "Offer", { type: "button", className: "button" });
    offer.setAttribute("aria-label", `Offer: ${one.name}`);
    offer.addEventListener("click", () => put(one.name + (one.phone ? `, ${one.phone}` : ""), one.factor));
    item.append(about, offer);
    return item;
  }

  async function search() {
    const turn = (asked += 1);
    const query = new URLSearchParams({ q: words.value, factor: factor.value, area: area.value });
    try {
      const response = await fetch(`${find.dataset.findServices}?${query}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const found = await response.json();
      if (turn === asked) show(found); // an older answer may come late
    } catch {
      told.textContent = "The directory cannot be reached now. “Offer something else” takes the name as text.";
    }
  }

  /** Offer a service: a new row, saved at once when it has a name. */
  function put(service, ofFactor) {
    const row = addRow("support", root.querySelector('[data-rows="support"]'));
    row.dataset.rowAbout = JSON.stringify({ factor: ofFactor });
    const box = row.querySelector("input");
    box.value = service;
    if (service) {
      saver.change(box.dataset.field, service);
      saver.hurry();
      row.querySelector("select").focus(); // whether it is accepted comes next
    } else box.focus();
    root.dispatchEvent(new CustomEvent("call:changed"));
  }

  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.matches("button")) return; // a button is pressed by it
    event.preventDefault(); // the panel is a form
    clearTimeout(timer);
    search();
  });
  // Seen for the first time, it shows what there is.
  new IntersectionObserver((seen, watch) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    search();
  }).observe(find);
  find.querySelector("[data-offer-other]").addEventListener("click", () => put("", factor.value || "concrete_support"));
}
