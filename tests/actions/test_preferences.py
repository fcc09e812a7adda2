"""Preferences: checked, kept on the server, used by the next call, audited without content."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from intake.actions.preferences import save_preferences
from intake.errors import InvalidValue
from intake.models import AuditEvent, Preferences, User
from tests.factory import NOW, make_call


def test_the_next_call_begins_in_the_language_chosen(worker: User) -> None:
    assert make_call(worker).language == "en"
    save_preferences(actor=worker, at=NOW, language="es")
    assert make_call(worker).language == "es"


def test_the_audit_tells_what_kind_and_never_what(worker: User) -> None:
    save_preferences(actor=worker, at=NOW, snippets={"aps": "Secret words"})
    event = AuditEvent.objects.get(verb="preferences.changed")
    assert event.details == {"columns": "snippets"}
    save_preferences(actor=worker, at=NOW, language="es")
    save_preferences(actor=worker, at=NOW, layout={"is_timer_hidden": True})
    assert AuditEvent.objects.filter(verb="preferences.changed").count() == 1


@pytest.mark.django_db
def test_snippets_typed_when_the_session_had_ended_are_shown_to_copy(client: Client) -> None:
    form = {"abbreviation": ["aps"], "text": ["Adult <protective> services", ""]}
    refused = client.post(reverse("preferences"), form, headers={"Origin": "http://testserver"})
    assert refused.status_code == 401
    assert "Adult &lt;protective&gt; services" in refused.content.decode()
    assert not Preferences.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"user": "x"},
        {"snippets": {"": "x"}},
        {"snippets": {"a b": "x"}},
        {"snippets": {"a": " "}},
        {"snippets": {"a": "x" * 2001}},
        {"snippets": {str(number): "x" for number in range(101)}},
        {"snippets": ["a"]},
        {"keys": {"worry": "W"}},
        {"keys": {"worry": "Alt+W", "well": "Alt+W"}},
        {"keys": {"Wrong name": "Alt+W"}},
        {"keys": {"worry": "Ctrl+C"}},
        {"keys": {"worry": "Ctrl+Shift+Z"}},
        {"keys": {"worry": "Meta+Z"}},
        {"has_keys": "yes"},
        {"language": "xx"},
        {"layout": {"strange": True}},
        {"layout": {"is_timer_hidden": 1}},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    worker: User, changes: dict[str, object]
) -> None:
    save_preferences(actor=worker, at=NOW, language="es", snippets={"a": "kept"})
    with pytest.raises(InvalidValue) as refusal:
        save_preferences(actor=worker, at=NOW, **changes)
    assert refusal.value.sentence.endswith(".")
    mine = Preferences.objects.get()
    assert (mine.language, mine.snippets) == ("es", {"a": "kept"})


def test_the_page_saves_and_keeps_what_was_refused(as_worker: Client, worker: User) -> None:
    url = reverse("preferences")
    form = {
        "abbreviation": [";aps", "", "cw"],
        "text": ["Adult protective services", "", "Caller was thanked"],
        "language": "es",
        "has_keys": "yes",
    }
    assert as_worker.post(url, form).status_code == 302
    mine = Preferences.objects.get(user=worker)
    assert mine.snippets == {"aps": "Adult protective services", "cw": "Caller was thanked"}
    assert (mine.has_keys, mine.offers_other_side) == (True, False)
    twice = form | {"abbreviation": ["aps", "aps", ""], "text": ["One", "Two words typed", ""]}
    refused = as_worker.post(url, twice)
    assert refused.status_code == 422
    assert "stands twice" in refused.content.decode()
    assert "Two words typed" in refused.content.decode()
    mine.refresh_from_db()
    assert len(mine.snippets) == 2


def test_the_screen_keeps_its_changes(as_worker: Client, worker: User) -> None:
    url = reverse("preferences_keep")

    def keep(body: object) -> int:
        data = body if isinstance(body, str) else json.dumps(body)
        return as_worker.post(url, data, content_type="application/json").status_code

    assert keep({"keys": {"worry": "Alt+Shift+W"}, "has_keys": False}) == 200
    assert keep({"layout": {"is_timer_hidden": True}}) == 200
    for body, status in (
        ("nonsense", 400),
        ([], 400),
        ({"at": 1}, 422),
        ({"keys": 5}, 422),
        ("x" * 20_000, 413),
    ):
        assert keep(body) == status, body
    mine = Preferences.objects.get(user=worker)
    assert (mine.keys, mine.has_keys, mine.layout) == (
        {"worry": "Alt+Shift+W"},
        False,
        {"is_timer_hidden": True},
    )
