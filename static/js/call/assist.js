/**
 * Silent assist on the call screen: the flag, who follows the call, and the line that a supervisor
 * sent. It arrives with the answer of the page that says that it is there (pages.js).
 */

const NO_NETWORK = "The server cannot be reached; nothing was changed. Try again when it can.";
const TROUBLE = "The server has trouble; nothing was changed. Try again.";

/** Start the flag's button and the row that tells; both are absent where no help can be asked for. */
export function startAssist(root, saver) {
  const form = document.getElementById("help-form");
  const row = root.querySelector(".told");
  if (!form || !row) return;
  const button = form.querySelector("button");
  let isBusy = false;
  let settled = 0; // when a press was answered: what the page asked before says nothing

  /** Show what stands; only the words that changed are put anew. */
  function show({ asked, near, html }) {
    button.value = asked ? "no" : "yes";
    const label = asked ? "Help asked – take back" : "Ask for help";
    if (button.textContent !== label) button.textContent = label;
    if (near !== "near" in root.dataset) {
      root.toggleAttribute("data-near", near);
      root.dispatchEvent(new CustomEvent("assist:near"));
    }
    const told = document.createElement("template");
    told.innerHTML = html;
    const [parts, now] = [[...row.children], [...told.content.children]];
    const hadFocus = row.contains(document.activeElement);
    now.forEach((part, place) => {
      if (!parts[place]) row.append(part);
      else if (parts[place].outerHTML !== part.outerHTML) parts[place].replaceWith(part);
    });
    for (const gone of parts.slice(now.length)) gone.remove();
    if (hadFocus && !row.contains(document.activeElement)) (row.querySelector("button") ?? button).focus();
  }

  function say(sentence) {
    const words = document.createElement("p");
    words.className = "told-words";
    words.textContent = sentence;
    row.replaceChildren(words);
  }

  async function press(pressed) {
    const response = await fetch(pressed.getAttribute("formaction") ?? form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": saver.token },
      body: new URLSearchParams({ asked: pressed.value }),
    });
    settled = performance.now();
    if (response.status === 401) return saver.lock();
    if (response.status === 403) await saver.check();
    const answer = await response.json().catch(() => ({}));
    if (answer.html !== undefined) show(answer);
    if (!response.ok) say(answer.error || TROUBLE);
    return undefined;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    try {
      await press(event.submitter ?? button);
    } catch {
      say(NO_NETWORK);
    }
    isBusy = false;
  });
  // A press with the pointer leaves the caret where the worker types.
  for (const place of [form, row]) {
    place.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
  }
  root.addEventListener("assist:state", ({ detail }) => {
    if (!isBusy && detail.asked > settled) show(detail.told);
  });
}
