/** The call's own clock: it began on the server, and this machine's clock may be wrong. */

const loaded = performance.now();

/** Seconds from the beginning of the call to its end, or to now; none of one typed in from paper. */
export function secondsOf(root) {
  if ("fromPaper" in root.dataset) return 0; // nobody knows when on the call it was said
  if (root.dataset.endedAt) {
    return Math.max(0, Math.floor((Date.parse(root.dataset.endedAt) - Date.parse(root.dataset.startedAt)) / 1000));
  }
  return Number(root.dataset.elapsed) + Math.floor((performance.now() - loaded) / 1000);
}
