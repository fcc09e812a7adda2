/**
 * A note from one page of a tab to the next: which fields were sent last, over which revisions. The
 * next page may have been made before they arrived. Names and revisions, never text.
 */

const PLACE = "hotline.flushed";

/** Keep the note in this tab, where the browser's owner allows it. */
export function keepNote(note) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(note));
  } catch {
    // Without it a page that is loaded at once may show a conflict with its own last words.
  }
}

/** The note of the page before, once. */
export function takeNote() {
  try {
    const note = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    sessionStorage.removeItem(PLACE);
    return note;
  } catch {
    return null;
  }
}
