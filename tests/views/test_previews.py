"""The preview of an edition: the call screen, and not one row more in any table."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from intake.actions import drafts, editions
from intake.models import Edition, User
from tests.factory import NOW


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("language", ["en", "es"])
def test_any_edition_is_shown_as_a_call_and_nothing_is_stored(
    client: Client, administrator: User, language: str
) -> None:
    live = Edition.objects.get(agency=administrator.agency, status="live")
    draft = editions.start_draft(actor=administrator, source_id=live.pk, at=NOW)
    drafts.add_pair(actor=administrator, edition_id=draft.pk, set_key="concrete_support", at=NOW)
    client.force_login(administrator)
    before = counts()
    for edition in (live, draft):
        address = reverse("edition_preview", args=[edition.number])
        page = client.get(address, {"language": language}).content.decode()
        assert f"Preview of edition {edition.number} – nothing is stored." in page
        assert f'data-language="{language}"' in page and "Saved" not in page
        assert ("(nothing written yet)" in page) == (edition == draft)
    assert counts() == before
    assert client.get(address, {"language": "tlh"}).status_code == 404
