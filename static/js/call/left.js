/** What a page that is gone left of this call: it is put back into its boxes and sent. */

import { controlOf, hasHalfTyped, show } from "./fields.js";
import { addAgain } from "./rows.js";
import { forget } from "../journal.js";

/** Take over what was left; resolves when the saver has it. Rows that were new are made again. */
export async function restoreLeft(root, saver, journal) {
  let isTouched = false; // whoever types is not interrupted by a page that is loaded anew
  root.addEventListener("keydown", () => (isTouched = true), { capture: true, once: true });
  const left = await journal.left();
  if (!left.length) return;
  const newest = new Map(left.map((one) => [one.row.field, one])); // oldest first: the last one stays
  let hasHidden = false;
  for (const [name, { entry }] of newest) {
    const field = saver.fields.get(name);
    if (field && field.text === entry.text && !entry.aside) continue;
    if (field && saver.isDirty(field)) {
      newest.delete(name); // typed here already: the next page shows it beside what is stored then
      continue;
    }
    if (!controlOf(name) && entry.row) addAgain(root, name, entry.row);
    const control = controlOf(name);
    if (control) show(control, entry.text);
    else hasHidden = true;
    saver.restore(name, entry);
  }
  await journal.write();
  if (!journal.works) return; // what is not in this page's journal stays in theirs
  await forget(journal.db, [...newest.values()].map(({ row }) => row));
  if (newest.size) root.dispatchEvent(new CustomEvent("call:changed"));
  saver.look(false); // it is known now what was left
  if (hasHidden && (await saver.drain()) && !isTouched && !hasHalfTyped()) location.reload();
}
