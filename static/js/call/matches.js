/**
 * Possible matches: their number in the call's head, once a person is saved; the list only when the
 * worker opens it. Nothing opens by itself, and the number has its place before there is one.
 */

const QUIET = 1500; // ms after the last person's field was stored
const COUNTS = /^person\.[^.]+\.(name|birth_date|address|is_removed)$/;
const NO_NETWORK = "The server cannot be reached. The matches can be opened when it can.";

/** Start counting and opening; `stored` is told of every field that the server acknowledged. */
export function startMatches(root, saver) {
  const chip = root.querySelector("[data-matches]");
  const dialog = document.getElementById("matches");
  if (!chip || !dialog) return;
  const place = dialog.querySelector("[data-facts]");
  let timer = null;
  let asked = 0;

  async function ask(url, isBackground) {
    const headers = { Accept: "application/json" };
    if (isBackground) headers["X-Background"] = "yes";
    const response = await fetch(url, { headers, credentials: "same-origin" });
    if (response.status === 401) saver.lock();
    return response.ok ? response.json() : null;
  }

  async function count() {
    const turn = (asked += 1);
    try {
      const answer = await ask(chip.dataset.matches, true);
      if (!answer || turn !== asked) return;
      chip.toggleAttribute("data-none", !answer.count);
      if (chip.textContent !== answer.words) chip.textContent = answer.words;
    } catch {
      // It is asked again with the next person's field.
    }
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(count, QUIET);
  }

  chip.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    place.textContent = "Looking …";
    dialog.showModal();
    try {
      const answer = await ask(chip.href, false);
      if (answer) place.innerHTML = answer.html;
      else place.textContent = "The matches cannot be shown now; try again.";
    } catch {
      place.textContent = NO_NETWORK;
    }
  });
  dialog.querySelector("[data-close-dialog]").addEventListener("click", () => dialog.close());
  root.addEventListener("call:stored", ({ detail }) => COUNTS.test(detail) && plan());
  if (root.querySelector("[data-field^='person.'][data-revision]:not([data-revision='0'])")) count();
}
