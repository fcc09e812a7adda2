"""What a plain form carried that was not taken, shown once more so that it can be copied."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest

from intake import fields
from intake.text import clean_text

# What people type in forms that are sent at once, without a base.
_TYPED = frozenset(
    {
        *("text", "who", "how", "by", "to_whom", "method", "name", "offers", "source"),
        *("reason", "words", "authority", "username", "first_name", "last_name", "email"),
    }
)


@dataclass(frozen=True)
class TypedText:
    """A field by its column, and what was typed into it."""

    label: str
    text: str


def typed_texts(request: HttpRequest) -> list[TypedText]:
    """Return the typed texts of a refused form: nothing is stored, the page holds them alone.

    Only for a form of this site: another site could otherwise show its words here.
    """
    if urlsplit(request.headers.get("Origin", "")).netloc != request.get_host():
        return []
    texts = []
    for name, base in request.POST.items():
        field = name.removeprefix("base:")
        text = clean_text(request.POST.get(field, ""))
        if field == name or str(base).endswith(f"-{fields.check_sum(text)}") or not text:
            continue
        label = field.rpartition(".")[2] if field != "narrative.text" else "narrative"
        if label not in ("is_removed", "status"):
            texts.append(TypedText(label.replace("_", " ").capitalize(), text))
    for name in _TYPED & request.POST.keys():
        said = [clean_text(one) for one in request.POST.getlist(name)]
        texts += [TypedText(name.replace("_", " ").capitalize(), one) for one in said if one]
    return texts
