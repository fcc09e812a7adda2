"""The tables of an agency: edited by its administrators, and never over another edit."""

import pytest
from django.test import Client
from django.urls import reverse

from intake import worksheet
from intake.actions.agency_tables import load_tables, save_row, sum_of
from intake.errors import NotAllowed, NotPossibleNow
from intake.management.commands.load_question_sets import read_tables
from intake.models import (
    AuditEvent,
    CopyOutField,
    CrossReportRule,
    Intake,
    ResponseOption,
    Service,
    User,
)
from tests.factory import NOW, put

SERVICE = {
    "name": "River Street Pantry",
    "factor": "concrete_support",
    "area": "Eastside",
    "offers": "Groceries",
    "phone": "555-0177",
    "hours": "Daily",
    "languages": "English",
    "is_active": "on",
}


def test_a_service_is_added_found_and_retired(
    as_administrator: Client, administrator: User, worker: User
) -> None:
    add = reverse("agency_row_add", args=["services"])
    assert as_administrator.post(add, SERVICE).status_code == 302
    service = Service.objects.get(name="River Street Pantry")
    assert service.agency == administrator.agency
    assert AuditEvent.objects.get(verb="agency_table.added").subject_id == service.pk
    finder = Client()
    finder.force_login(worker)
    find = reverse("services_find")
    names = [one["name"] for one in finder.get(find, {"q": "river groc"}).json()["services"]]
    assert names == ["River Street Pantry"]
    for name in ("q", "factor", "area"):  # PostgreSQL takes no NUL
        found = finder.get(find, {name: "riv\0er"}).json()["services"]
        assert {one["area"] for one in found} <= ({"Countywide"} if name == "area" else set())
    edit = reverse("agency_row", args=["services", service.pk])
    form = {key: value for key, value in SERVICE.items() if key != "is_active"}
    assert as_administrator.post(edit, form | {"seen": sum_of(service)}).status_code == 302
    assert finder.get(find, {"q": "river"}).json()["services"] == []
    assert Service.objects.filter(pk=service.pk).exists()


def test_a_rule_makes_a_cross_report_due(
    as_administrator: Client, administrator: User, worker: User, call: Intake
) -> None:
    put(worker, call, f"concern.{call.pk}.type", "general_neglect")
    assert [one for one in worksheet.build_cross_reports(call) if one.is_due] == []
    tribe = ResponseOption.objects.get(agency=call.agency, decides="cross_report", key="tribe")
    form = {
        "trigger": "general_neglect",
        "recipient": str(tribe.pk),
        "source": "County agreement 12",
        "is_active": "on",
    }
    add = reverse("agency_row_add", args=["cross-reports"])
    assert as_administrator.post(add, form).status_code == 302
    due = [one for one in worksheet.build_cross_reports(call) if one.is_due]
    assert [(one.label, one.why) for one in due] == [
        ("Tribe", ("General neglect: County agreement 12",))
    ]
    again = as_administrator.post(add, form)
    assert again.status_code == 422
    assert "There already is such a row" in again.content.decode()


def test_a_field_of_the_other_system_is_changed(as_administrator: Client, worker: User) -> None:
    field = CopyOutField.objects.filter(agency=worker.agency).first()
    assert field is not None
    form = {
        "page": "Screen 1",
        "label": "Narrative",
        "source": "narrative",
        "limit": "500",
        "position": "1",
        "is_active": "on",
        "seen": sum_of(field),
    }
    edit = reverse("agency_row", args=["copy-out", field.pk])
    assert as_administrator.post(edit, form).status_code == 302
    field.refresh_from_db()
    assert (field.page, field.limit) == ("Screen 1", 500)


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(
    as_administrator: Client, administrator: User
) -> None:
    service = Service.objects.filter(agency=administrator.agency).first()
    assert service is not None
    seen = sum_of(service)
    Service.objects.filter(pk=service.pk).update(phone="555-0199")
    edit = reverse("agency_row", args=["services", service.pk])
    page = as_administrator.post(edit, SERVICE | {"seen": seen})
    assert page.status_code == 422
    assert "Somebody else changed this row" in page.content.decode()
    assert "River Street Pantry" in page.content.decode()
    service.refresh_from_db()
    assert service.phone == "555-0199"


def test_another_agency_s_rows_are_not_there(
    as_administrator: Client, administrator: User, stranger: User
) -> None:
    theirs = Service.objects.filter(agency=stranger.agency).first()
    assert theirs is not None
    edit = reverse("agency_row", args=["services", theirs.pk])
    assert as_administrator.get(edit).status_code == 404
    assert as_administrator.post(edit, SERVICE).status_code == 404
    rule = CrossReportRule.objects.filter(agency=stranger.agency).first()
    assert rule is not None
    form = {
        "trigger": "other",
        "recipient": str(rule.recipient_id),
        "source": "x",
        "is_active": "on",
    }
    refused = as_administrator.post(reverse("agency_row_add", args=["cross-reports"]), form)
    assert refused.status_code == 422
    assert not CrossReportRule.objects.filter(trigger="other").exists()
    assert as_administrator.get(reverse("agency_table", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("who", ["worker", "supervisor", "privacy", "stranger"])
def test_nobody_else_saves_a_row(
    agency: object, administrator: User, who: str, request: pytest.FixtureRequest
) -> None:
    service = Service.objects.filter(agency=administrator.agency).first()
    assert service is not None
    service.name = "Changed"
    with pytest.raises(NotAllowed):
        save_row(actor=request.getfixturevalue(who), row=service, seen="", at=NOW)
    with pytest.raises(NotPossibleNow):
        save_row(actor=administrator, row=service, seen="", at=NOW)
    assert not Service.objects.filter(name="Changed").exists()


def test_loading_twice_changes_nothing(administrator: User) -> None:
    counts = [model.objects.count() for model in (Service, CrossReportRule, CopyOutField)]
    assert load_tables(**read_tables()) == []
    assert [model.objects.count() for model in (Service, CrossReportRule, CopyOutField)] == counts
    assert min(counts) > 10
