// Runs in every page before its own scripts: tells what stands in the boxes, what the status line
// says, what was sent and what the server answered. It changes nothing.
(() => {
  if (window.top !== window) return;
  const page = crypto.randomUUID();
  const tell = (about) => globalThis.tortureTold(JSON.stringify({ page, at: Date.now() / 1000, ...about }));
  const before = window.fetch;
  let count = 0;
  window.fetch = async (...words) => {
    if (!String(words[0]).endsWith("/save/")) return before.apply(window, words);
    const number = (count += 1);
    tell({ kind: "sent", number, body: JSON.parse(words[1].body) });
    const response = await before.apply(window, words);
    const answer = await response.clone().json().catch(() => ({}));
    tell({ kind: "answered", number, status: response.status, answer });
    return response;
  };

  const known = new Map(); // field: the text that was told last
  const pointsOf = (text) => Array.from(text).length;
  /** What changed in the boxes: {field: [how much of the text before stands, what follows]}. */
  const changes = (valueOf) => {
    const found = {};
    for (const box of document.querySelectorAll("textarea[data-field], input[data-field]:not([type=radio], [type=checkbox])")) {
      const [field, text] = [box.dataset.field, valueOf(box).replace(/\r\n?/g, "\n")];
      const last = known.get(field);
      if (text === last) continue;
      let same = 0;
      while (same < text.length && same < (last ?? "").length && text[same] === last[same]) same += 1;
      if (same && text.charCodeAt(same - 1) >= 0xd800 && text.charCodeAt(same - 1) < 0xdc00) same -= 1;
      known.set(field, text);
      found[field] = [pointsOf(text.slice(0, same)), text.slice(same)];
    }
    return found;
  };
  document.addEventListener("DOMContentLoaded", () => {
    const line = document.getElementById("save-status");
    if (!line) return;
    tell({ kind: "served", boxes: changes((box) => box.defaultValue) });
    const sample = () => tell({ kind: "seen", status: line.textContent.trim(), boxes: changes((box) => box.value) });
    sample();
    new MutationObserver(sample).observe(line, { childList: true, characterData: true, subtree: true });
    window.addEventListener("input", sample); // after the page's own listeners
  });
})();
