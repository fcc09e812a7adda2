"""What the browser was told and showed during a round, and what is wrong with it."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("watch.js").read_text()
# A browser without a screen hides no page: what the page sees of it is what is made here.
SHOW = """(state) => {
  const seen = { visibilityState: state, hidden: state === "hidden" };
  for (const [name, value] of Object.entries(seen)) {
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  }
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""


@dataclass
class Told:
    """What one page knows: the text of each box, and the text that is stored as it was told.

    `revisions` are those of the stored texts.
    """

    boxes: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass
class Watch:
    """The log of one round; times are seconds since 1970, on the clock of this machine.

    `boxes` and `status` are what the newest page shows. `acknowledged` is the longest text of each
    field that the server said it had stored. `typed` has, for each field, when its box held how
    many code points. `false_saved` are moments at which the line said `Saved` and a box held
    something else than was stored, `strange` ones at which a box lost text that it had. `troubled`
    tells whether the line ever said that something is not saved.
    """

    pages: dict[str, Told] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    status: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    typed: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    false_saved: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    saves: int = 0
    troubled: bool = False

    def take(self, text: str) -> None:
        """Note what a page told; what cannot be understood is strange too."""
        try:
            self._take(json.loads(text))
        except (LookupError, TypeError, ValueError) as error:
            self.strange.append(f"{error!r} in {text[:200]}")

    def _take(self, event: dict[str, Any]) -> None:
        told = self.pages.setdefault(event["page"], Told())
        match event["kind"]:
            case "served":
                self._change(told, event["boxes"])
                told.stored = dict(told.boxes)
                self.boxes, self.stored = told.boxes, told.stored
            case "seen":
                self._see(told, event)
            case "sent":
                told.sent[event["number"]] = event["body"]
                body = event["body"]
                told.by_key[body["key"]] = _result(told, body)
            case "answered":
                self._answer(told, told.sent[event["number"]], event)

    def _change(self, told: Told, boxes: dict[str, tuple[int, str]]) -> None:
        for name, (same, rest) in boxes.items():
            told.boxes[name] = told.boxes.get(name, "")[:same] + rest

    def _see(self, told: Told, event: dict[str, Any]) -> None:
        for name, (same, rest) in event["boxes"].items():
            before = told.boxes.get(name, "")
            told.boxes[name] = before[:same] + rest
            if not told.boxes[name].startswith(before):
                self.strange.append(f"{name}: {before[-40:]!r} became {told.boxes[name][-40:]!r}")
            self.typed.setdefault(name, []).append((event["at"], len(told.boxes[name])))
        self.boxes, self.stored, self.status = told.boxes, told.stored, event["status"]
        self.troubled |= event["status"].startswith(("Not saved", "Paused"))
        if not event["status"].startswith("Saved"):
            return
        for name, text in told.boxes.items():
            stored = told.stored.get(name, "")
            if text != stored:
                self.false_saved.append(
                    f"“{event['status']}” over {name}, {len(text)} characters in the box that end "
                    f"in {text[-30:]!r}, {len(stored)} stored that end in {stored[-30:]!r}"
                )

    def _answer(self, told: Told, body: dict[str, Any], event: dict[str, Any]) -> None:
        answer, name = event["answer"], body["field"]
        if event["status"] == 200 and "revision" in answer:
            self.saves += 1
            text = told.by_key[body["key"]]
            if answer["revision"] >= told.revisions.get(name, 0):  # answers overtake each other
                told.stored[name], told.revisions[name] = text, answer["revision"]
            self.revisions[name] = max(answer["revision"], self.revisions.get(name, 0))
        elif event["status"] == 409 and answer.get("reason") == "stale":
            text = answer["text"]
            if answer["revision"] >= told.revisions.get(name, 0):
                told.stored[name], told.revisions[name] = text, answer["revision"]
        else:
            return
        if len(text) > len(self.acknowledged.get(name, "")):
            self.acknowledged[name] = text

    @property
    def is_settled(self) -> bool:
        """Whether the newest page says that all is saved, and all that it shows is."""
        texts = self.boxes.items()
        return self.status.startswith("Saved") and all(
            text == self.stored.get(name, "") for name, text in texts
        )


def _result(told: Told, body: dict[str, Any]) -> str:
    """Return the whole text that a save makes."""
    if "text" in body:
        return str(body["text"])
    splice = body["splice"]
    before = [told.stored.get(body["field"], "")]
    before += [told.by_key[key] for key in body.get("after", []) if key in told.by_key]
    start, end, insert = splice["start"], splice["start"] + splice["delete"], str(splice["insert"])
    results = [text[:start] + insert + text[end:] for text in before]
    if not splice.get("sha256"):
        return results[-1]
    for text in results:
        if hashlib.sha256(text.encode()).hexdigest() == splice["sha256"]:
            return text
    return results[0]
