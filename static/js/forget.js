/** The sign-in page drops what is older than a day: a machine may wait there for weeks. */

import { openStore } from "./journal.js";

openStore().then((db) => db?.close());
