/**
 * The call screen of a call that does not exist: what its scripts save is answered here and goes
 * nowhere, nothing is kept in this browser, and no form is sent.
 */
(() => {
  const send = window.fetch.bind(window);
  const answer = (status, about) => new Response(JSON.stringify(about), { status, headers: { "Content-Type": "application/json" } });
  window.fetch = async (url, options) => {
    const { pathname } = new URL(url, location.href);
    if (pathname.startsWith("/accounts/")) return send(url, options);
    if (pathname.endsWith("/save/")) {
      const { field, base } = JSON.parse(options.body);
      return answer(200, { field, revision: base + 1, clock: "", changed: {} });
    }
    if (pathname.endsWith("/hold/")) return answer(200, { held: true, others: false });
    return answer(404, {});
  };
  Object.defineProperty(window, "indexedDB", { value: undefined });
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "dialog" && !event.target.matches("[data-sign-out]")) event.preventDefault();
  }, { capture: true });
})();
