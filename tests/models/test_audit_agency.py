"""Every audit event of an agency can be read by its privacy officers."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from intake.models import AuditEvent, User


def test_a_failed_sign_in_belongs_to_the_account_s_agency(client: Client, worker: User) -> None:
    client.post(reverse("login"), {"username": worker.username, "password": "wrong"})
    event = AuditEvent.objects.get(verb="user.sign_in_failed")
    assert (event.agency, event.actor, event.subject_id) == (worker.agency, None, worker.pk)
    assert event.subject_label == "worker"


@pytest.mark.usefixtures("worker")
def test_a_name_that_nobody_has_leaves_no_trace(client: Client) -> None:
    before = AuditEvent.objects.count()
    page = client.post(reverse("login"), {"username": "typed-password", "password": "x"})
    assert page.status_code == 200
    client.post(reverse("login"), {})
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
def test_what_an_operator_adds_belongs_to_its_agency() -> None:
    call_command("add_agency", "sample", "Sample County", verbosity=0)
    call_command("load_question_sets", verbosity=0)
    events = AuditEvent.objects.filter(agency__slug="sample")
    assert {"agency.added", "edition.published"} <= set(events.values_list("verb", flat=True))
