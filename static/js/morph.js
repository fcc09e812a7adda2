/**
 * Change a part of a page into what the server says it is now, touching only what differs: what is
 * selected stays selected, what has the focus keeps it. Elements with a `data-key` are known by it;
 * what is marked `data-leave` is somebody else's to change.
 */

const keyOf = (node) => node.dataset?.key;
const isAlike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

/** Put in and take out only the characters that differ, so that a selection in the rest stands. */
function changeText(node, now) {
  const was = node.data;
  if (was === now) return;
  const shorter = Math.min(was.length, now.length);
  let start = 0;
  while (start < shorter && was[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && was[was.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  node.replaceData(start, was.length - start - end, now.slice(start, now.length - end));
}

function changeChildren(from, to) {
  const keys = new Set([...to.children].map(keyOf));
  for (const child of [...from.children]) if (keyOf(child) && !keys.has(keyOf(child))) child.remove();
  const known = new Map([...from.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let next = from.firstChild;
  for (const fresh of [...to.childNodes]) {
    const own = keyOf(fresh) ? known.get(keyOf(fresh)) : next && isAlike(next, fresh) ? next : null;
    if (!own || !isAlike(own, fresh)) {
      from.insertBefore(fresh, next);
      continue;
    }
    while (next && next !== own && !keyOf(next)) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    if (next !== own) from.insertBefore(own, next);
    change(own, fresh);
    next = own.nextSibling;
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** Change `from` into `to`, which is of the same kind; `to` is used up. */
export function change(from, to) {
  if (from.nodeType === Node.TEXT_NODE) return changeText(from, to.data);
  if (from.nodeType !== Node.ELEMENT_NODE || "leave" in (from.dataset ?? {})) return undefined;
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  return changeChildren(from, to);
}
