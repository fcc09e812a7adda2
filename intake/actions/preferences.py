"""How a person likes to work: snippets, keys, language and layout."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from intake.errors import InvalidValue
from intake.models import Preferences, User
from intake.models.audit import record_event
from intake.models.base import Language
from intake.text import clean_text

SNIPPETS = 100
SNIPPET_TEXT = 2_000  # characters
ABBREVIATION = re.compile(r"[^\W_]{1,20}")
KEYS = re.compile(r"(Ctrl\+|Meta\+|Alt\+|Shift\+){1,4}[A-Za-z0-9/]{1,12}")
# Taken away, nobody could copy or undo in any box.
EDITING = frozenset({f"{key}+{one}" for key in ("Ctrl", "Meta") for one in ("Shift+Z", *"ACVXYZ")})
ACTION = re.compile(r"[a-z][a-z0-9_]{0,30}")


def save_preferences(*, actor: User, at: datetime, **changes: Any) -> Preferences:
    """Change some of the actor's preferences and return all; raises InvalidValue.

    `changes` are columns of Preferences: snippets {abbreviation: text}, keys {action: keys},
    has_keys, offers_other_side, language, layout {name: true or false}. The audit learns which
    columns, never what; language and layout are remembered, not chosen, and leave no event.
    """
    checks = {
        "snippets": _check_snippets,
        "keys": _check_keys,
        "has_keys": _check_flag,
        "offers_other_side": _check_flag,
        "language": _check_language,
        "layout": _check_layout,
    }
    strange = changes.keys() - checks.keys()
    if strange or not changes:
        raise InvalidValue("There is no such preference; nothing was changed.")
    checked = {name: checks[name](value) for name, value in changes.items()}
    with transaction.atomic():
        mine, _ = Preferences.objects.select_for_update().get_or_create(user=actor)
        for name, value in checked.items():
            setattr(mine, name, value)
        mine.save(update_fields=[*checked])
        if checked.keys() - {"language", "layout"}:
            details: dict[str, str | int | bool] = {"columns": ", ".join(sorted(checked))}
            record_event("preferences.changed", actor=actor, at=at, subject=actor, details=details)
        return mine


def _check_snippets(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > SNIPPETS:
        raise InvalidValue(f"There is room for {SNIPPETS} snippets; nothing was changed.")
    snippets = {}
    for abbreviation, text in value.items():
        if not isinstance(abbreviation, str) or not ABBREVIATION.fullmatch(abbreviation):
            raise InvalidValue(
                f"“{abbreviation}” is no abbreviation: use 1 to 20 letters or digits."
            )
        if not isinstance(text, str) or not text.strip() or len(text) > SNIPPET_TEXT:
            raise InvalidValue(
                f"The text of ;{abbreviation} needs 1 to {SNIPPET_TEXT:,} characters."
            )
        snippets[abbreviation] = clean_text(text)
    return snippets


def _check_keys(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > 60:
        raise InvalidValue("These are no keys; nothing was changed.")
    for action, keys in value.items():
        is_action = isinstance(action, str) and ACTION.fullmatch(action)
        if not is_action or not isinstance(keys, str) or not KEYS.fullmatch(keys):
            raise InvalidValue("Keys go together with Ctrl or Alt; nothing was changed.")
        if keys in EDITING:
            raise InvalidValue(f"{keys} is for editing in every text box; nothing was changed.")
    if len(set(value.values())) < len(value):
        raise InvalidValue("Two shortcuts have the same keys; nothing was changed.")
    return dict(value)


def _check_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("A switch is on or off; nothing was changed.")
    return value


def _check_language(value: Any) -> str:
    if value not in Language.values:
        raise InvalidValue("The prompts are not there in this language; nothing was changed.")
    return str(value)


def _check_layout(value: Any) -> dict[str, bool]:
    if not isinstance(value, dict) or not value.keys() <= {"is_timer_hidden"}:
        raise InvalidValue("This is no layout; nothing was changed.")
    return {name: _check_flag(one) for name, one in value.items()}
