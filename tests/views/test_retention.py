"""The privacy officers' pages: references and states, nothing that a record says."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from intake.actions import retention
from intake.models import AuditEvent, Expunction, Intake, Measure, RetentionRun, User
from tests.factory import PASSWORD, make_call, make_user, put, submit

WORD = "Quillfeather"


@pytest.fixture
def record(worker: User) -> Intake:
    """A submitted record with recognisable words."""
    call = make_call(worker)
    put(worker, call, "narrative.text", f"Said {WORD}.")
    put(worker, call, f"person.{uuid.uuid4()}.name", WORD, role="child")
    submit(worker, call)
    return call


@pytest.fixture
def officers(client: Client, privacy: User) -> tuple[Client, Client]:
    """Two privacy officers, each in a browser of their own."""
    assert privacy.agency is not None
    other = Client()
    other.force_login(make_user(privacy.agency, "privacy2", "privacy_officers"))
    client.force_login(privacy)
    return client, other


def prove(client: Client) -> None:
    assert client.post(reverse("prove"), {"password": PASSWORD}).status_code == 302


def test_a_record_is_found_asked_for_and_expunged(
    officers: tuple[Client, Client], record: Intake
) -> None:
    one, other = officers
    found = one.post(reverse("retention_find"), {"reference": f" {record.reference} "})
    page = reverse("retention_record", args=[record.pk])
    assert found["Location"] == page
    assert one.post(reverse("retention_find"), {"reference": "26-999999"}).status_code == 422
    ask = reverse("retention_ask", args=[record.pk, "expunction"])
    sent = {"authority": "Court 26-1", "dated": "2026-03-01"}
    tomorrow = timezone.localdate() + timedelta(days=2)
    for wrong in ({"authority": ""}, {"dated": ""}, {"dated": tomorrow.isoformat()}):
        assert one.post(ask, sent | wrong).status_code == 422
    assert not Measure.objects.exists()
    assert one.post(ask, sent).status_code == 302
    measure = Measure.objects.get()
    shown = one.get(page).content.decode()
    assert "Another privacy officer confirms it" in shown and WORD not in shown
    assert record.reference in other.get(reverse("retention")).content.decode()
    confirm = reverse("retention_confirm", args=[measure.pk])
    prove(one)
    assert "confirms what you asked for" in one.post(confirm, follow=True).content.decode()
    assert other.post(confirm)["Location"].startswith(reverse("prove"))
    assert not Expunction.objects.exists()
    prove(other)
    assert other.get(confirm)["Location"] == page
    for typed in ({}, {"reference": "26-999999"}):
        refused = other.post(confirm, typed, follow=True).content.decode()
        assert "Nothing was destroyed: type the reference of the record" in refused
    assert not Expunction.objects.exists()
    typed = {"reference": f" {record.reference} "}
    done = other.post(confirm, typed, follow=True).content.decode()
    assert "It was confirmed, and the content is destroyed." in done
    tombstone = one.get(page).content.decode()
    for words in ("Expunged", "Court 26-1", record.submissions.get().sha256, record.reference):
        assert words in tombstone
    assert WORD not in tombstone and "Put a hold on" not in tombstone
    told = AuditEvent.objects.filter(subject_id=record.pk).values_list("verb", flat=True)
    assert {"intake.keeping_viewed", "intake.expunction_requested", "intake.expunged"} <= set(told)


def test_a_hold_and_its_lifting(officers: tuple[Client, Client], record: Intake) -> None:
    one, other = officers
    page = reverse("retention_record", args=[record.pk])
    one.post(reverse("retention_ask", args=[record.pk, "hold"]), {"authority": "Court 26-1"})
    hold = Measure.objects.get()
    shown = one.get(page).content.decode()
    assert "On legal hold" in shown and "End of the hold Court 26-1" in shown
    lift = reverse("retention_ask", args=[record.pk, "lift"])
    for strange in ("no key", "%", "%s", str(uuid.uuid4())):  # of no form that stands on the page
        refused = one.post(lift, {"authority": "x", "ends": strange})
        assert refused.status_code == 422
        assert "This does not stand any more; nothing was changed." in refused.content.decode()
    assert one.post(lift, {"authority": "x", "ends": hold.pk}).status_code == 302
    prove(other)
    asked = Measure.objects.get(kind="lift")
    other.post(reverse("retention_confirm", args=[asked.pk]))
    assert "On legal hold" not in one.get(page).content.decode()
    nothing = reverse("retention_ask", args=[record.pk, "burn"])
    assert one.post(nothing, {"authority": "x"}).status_code == 404


def test_a_request_on_what_was_expunged_is_taken_back(
    officers: tuple[Client, Client], record: Intake
) -> None:
    one, other = officers
    page, sent = reverse("retention_record", args=[record.pk]), {"authority": "Court 26-1"}
    one.post(reverse("retention_ask", args=[record.pk, "seal"]), sent)
    sent["dated"] = "2026-03-01"
    one.post(reverse("retention_ask", args=[record.pk, "expunction"]), sent)
    prove(other)
    order = Measure.objects.get(kind="expunction")
    typed = {"reference": record.reference}
    other.post(reverse("retention_confirm", args=[order.pk]), typed)
    seal = Measure.objects.get(kind="seal")
    shown = other.get(page).content.decode()
    withdraw = reverse("retention_withdraw", args=[seal.pk])
    assert withdraw in shown and reverse("retention_confirm", args=[seal.pk]) not in shown
    other.post(withdraw)
    assert withdraw not in other.get(page).content.decode()
    assert record.reference not in other.get(reverse("retention")).content.decode()


def test_a_list_is_prepared_and_confirmed(
    officers: tuple[Client, Client], record: Intake, worker: User
) -> None:
    one, other = officers
    empty = one.post(reverse("retention_prepare"), follow=True).content.decode()
    assert "No record is due" in empty
    long_ago = timezone.now() - timedelta(days=11 * 366)
    Intake.objects.filter(pk=record.pk).update(status="approved", retained_from=long_ago)
    address = one.post(reverse("retention_prepare"))["Location"]
    run = RetentionRun.objects.get()
    assert record.reference in one.get(address).content.decode()
    prove(other)
    other.post(reverse("retention_run_confirm", args=[run.pk]))
    run.refresh_from_db()
    assert run.confirmed_by is not None and run.confirmed_by.username == "privacy2"
    assert "apply_retention" in one.get(address).content.decode()
    item = run.items.get()
    retention.carry_out_item(item_id=item.pk, at=timezone.now())
    shown = one.get(address).content.decode()
    assert "Expunged" in shown and WORD not in shown
    assert (
        "as it was due" in one.get(reverse("retention_record", args=[record.pk])).content.decode()
    )


def test_lists_ask_as_often_for_many_as_for_one(
    officers: tuple[Client, Client],
    worker: User,
    privacy: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one, _ = officers
    for count in (1, 4):
        while Measure.objects.count() < count * 2:
            call = make_call(worker)
            submit(worker, call)
            for kind in ("hold", "seal"):
                retention.request_measure(
                    actor=privacy, intake_id=call.pk, kind=kind, authority="x", at=timezone.now()
                )
        with django_assert_num_queries(31):
            one.get(reverse("retention"))


def test_another_agencys_record_is_not_there(
    client: Client, record: Intake, stranger: User
) -> None:
    assert stranger.agency is not None
    client.force_login(make_user(stranger.agency, "elsewhere", "privacy_officers"))
    for kind in ("record", "ask"):
        more = ["hold"] if kind == "ask" else []
        address = reverse(f"retention_{kind}", args=[record.pk, *more])
        does = client.post if more else client.get
        assert does(address, {"authority": "x"}).status_code == 404
    sent = {"reference": record.reference}
    assert client.post(reverse("retention_find"), sent).status_code == 422
