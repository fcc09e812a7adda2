// Runs before the page is drawn, so that what scripts fold is never seen open.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  // A script that does not arrive leaves the page as it is without scripts: all open, with Save.
  document.addEventListener(
    "error",
    (event) => {
      if (event.target instanceof HTMLScriptElement) root.classList.remove("js");
    },
    true,
  );
})();
