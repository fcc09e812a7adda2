/** Recovery codes, printed or kept as a file; both happen in the page, and the server sees neither. */

const print = document.querySelector("[data-print]");
const download = document.querySelector("[data-download]");
const codes = Array.from(document.querySelectorAll("#codes code"), (one) => one.textContent);

print.hidden = download.hidden = false;
print.addEventListener("click", () => globalThis.print());
download.addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${codes.join("\n")}\n`], { type: "text/plain" }));
  link.download = "recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(link.href);
});
