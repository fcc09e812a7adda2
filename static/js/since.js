/** Times that run: how long ago something was. The server said it; this machine's clock may be wrong. */

const loaded = performance.now();
const then = Date.parse(document.querySelector("[data-now]")?.dataset.now ?? ""); // the server's clock
const two = (number) => String(number).padStart(2, "0");

/** Seconds at the page's load, or since a moment; a list that comes anew says the same of it. */
const atLoad = ({ seconds, started }) => (started ? (then - Date.parse(started)) / 1000 : Number(seconds));

function draw() {
  const passed = (performance.now() - loaded) / 1000;
  for (const time of document.querySelectorAll("[data-seconds], [data-started]")) {
    const seconds = Math.max(0, Math.floor(atLoad(time.dataset) + passed));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    time.textContent = `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
  }
}

draw();
setInterval(draw, 1000);
document.addEventListener("list:shown", draw);
