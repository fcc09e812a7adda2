/** The worker's preferences: read from the page, kept on the server, so that they go along. */

let root = null;
export const mine = { keys: {}, has_keys: true, offers_other_side: true, snippets: {}, layout: {} };

/** Read the preferences that the page carries. */
export function readPreferences(page) {
  root = page;
  Object.assign(mine, JSON.parse(page.dataset.preferences ?? "{}"));
}

/** Keep a change; resolves to "" or to a sentence why it holds for this page only. */
export async function keepPreferences(changes) {
  Object.assign(mine, changes);
  if (!root?.dataset.preferencesUrl) return "";
  try {
    const response = await fetch(root.dataset.preferencesUrl, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify(changes),
    });
    if (response.ok) return "";
    const answer = await response.json().catch(() => ({}));
    return answer.error ?? "This could not be kept; it holds until the page is left.";
  } catch {
    return "The server cannot be reached: this holds until the page is left.";
  }
}
