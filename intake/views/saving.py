"""What the save protocol answers (intake/README.md), for whatever is saved while it is typed."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.http import JsonResponse
from django.utils import timezone

from intake import fields
from intake.actions.saves import Saved
from intake.errors import (
    HeldElsewhere,
    InvalidValue,
    NotPossibleNow,
    StaleRevision,
    UnknownField,
)
from intake.fields import Save
from intake.forms.saves import BODY_LIMIT, Malformed, NameParser, parse_json_save


def answer_save(
    body: bytes, store: Callable[[Save], Saved], parse_name: NameParser = fields.parse_name
) -> JsonResponse:
    """Have `store` keep the save in a JSON body; return its acknowledgement, or why it was not.

    What `store` raises besides the refusals of a save is the caller's.
    """
    if len(body) > BODY_LIMIT:
        return refusal(413, "size", "This save is too large; the text is still in the box.")
    try:
        saved = store(parse_json_save(body, parse_name))
    except Malformed as error:
        return refusal(400, "malformed", error.sentence)
    except UnknownField as refused:
        return refusal(404, "field", refused.sentence)
    except StaleRevision as stale:
        return refusal(
            409,
            "stale",
            stale.sentence,
            field=stale.field,
            revision=stale.revision,
            text=stale.text,
        )
    except HeldElsewhere as refused:
        return refusal(409, "elsewhere", refused.sentence)
    except NotPossibleNow as refused:
        return refusal(409, "state", refused.sentence)
    except InvalidValue as refused:
        return refusal(422, "value", refused.sentence)
    return JsonResponse(
        {
            "field": saved.field,
            "revision": saved.revision,
            "at": saved.at.astimezone(UTC).isoformat(),
            "clock": timezone.localtime(saved.at).strftime("%H:%M:%S"),
            "changed": {
                name: {"text": text, "revision": revision}
                for name, (text, revision) in saved.changed.items()
            },
        }
    )


def refusal(status: int, reason: str, sentence: str, **more: Any) -> JsonResponse:
    """Return what the protocol answers to a save that was not stored."""
    return JsonResponse({"reason": reason, "error": sentence, **more}, status=status)
