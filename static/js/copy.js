/** Copies a block as plain text; without a clipboard it is selected, to be copied by hand. */

const told = document.getElementById("copied");

async function copy(button) {
  const box = document.getElementById(button.dataset.copy);
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
    told.textContent = "";
    told.textContent = "Copied.";
    button.dataset.copied = "";
  } catch {
    told.textContent = "The browser does not copy by itself: the text is selected, press Ctrl+C.";
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
