/** Times that run: how long ago something was. The server said it; this machine's clock may be wrong. */

const loaded = performance.now();
const two = (number) => String(number).padStart(2, "0");

function draw() {
  const passed = Math.floor((performance.now() - loaded) / 1000);
  for (const time of document.querySelectorAll("[data-seconds]")) {
    const seconds = Number(time.dataset.seconds) + passed;
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    time.textContent = `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
  }
}

draw();
setInterval(draw, 1000);
