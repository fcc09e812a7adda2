"""Possible matches: by what two people may be the same, and linking prior involvement."""

import uuid
from datetime import timedelta

import pytest

from intake import worksheet
from intake.actions import calls
from intake.actions.matches import link_prior, unlink_prior, view_matches
from intake.errors import NotPossibleNow
from intake.models import AuditEvent, Intake, User
from intake.search.matches import possible_matches, same_address
from tests.factory import NOW, make_call, put, submit


def with_person(worker: User, minutes: int = 0, **about: str) -> Intake:
    """A call that began so many minutes earlier, with a child."""
    return add_person(worker, make_call(worker, at=NOW - timedelta(minutes=minutes)), **about)


def add_person(worker: User, call: Intake, **about: str) -> Intake:
    """The call, with one more child."""
    row = f"person.{uuid.uuid4()}"
    for column, text in about.items():
        put(worker, call, f"{row}.{column}", text, role="child")
    return call


def by_what(call: Intake) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """{reference: (name there, by what)} of a call's matches."""
    return {
        match.intake.reference: [(one.other, one.by) for one in match.people]
        for match in possible_matches(call, viewer=call.worker)
    }


@pytest.mark.parametrize(
    ("here", "there", "by"),
    [
        ({"name": "Nguyễn Thị Ánh"}, {"name": "Anh Nguyen Thi"}, ("name",)),
        ({"name": "María Torres"}, {"name": "Maria Tores"}, ("name",)),
        ({"name": "María Elena Torres"}, {"name": "Maria Torres"}, ("name",)),
        ({"name": "Maria"}, {"name": "Maria"}, ()),
        ({"name": "Maria Torres"}, {"name": "Maria Okafor"}, ()),
        ({"name": "Nguyễn Thị Ánh"}, {"name": "Nguyễn Thị Hoa"}, ()),
        (
            {"name": "Maria", "birth_date": "2019-04-01"},
            {"name": "Marie Torres", "birth_date": "2019-04-01"},
            ("name", "birth date"),
        ),
        (
            {"name": "Maria", "birth_date": "2019-04-01"},
            {"name": "Kofi", "birth_date": "2019-04-01"},
            (),
        ),
        (
            {"name": "A", "address": "12 Harbor Lane, Apt 3"},
            {"name": "B", "address": "12 Harbour Ln."},
            ("address",),
        ),
        (
            {"name": "A", "address": "12 Harbor Lane"},
            {"name": "B", "address": "13 Harbor Lane"},
            (),
        ),
        ({"name": "A", "address": "12 Harbor Lane"}, {"name": "B", "address": "12 Pine Lane"}, ()),
        ({"name": "A", "address": "Harbor Lane"}, {"name": "B", "address": "Harbor Lane"}, ()),
        (
            {"name": "Ana Marin", "address": "12 Harbor Lane"},
            {"name": "Ana Marin", "address": "12 Harbor Lane"},
            ("name", "address"),
        ),
    ],
)
def test_by_what_people_may_be_the_same(
    worker: User,
    worker2: User,
    here: dict[str, str],
    there: dict[str, str],
    by: tuple[str, ...],
) -> None:
    earlier = make_call(worker2, at=NOW - timedelta(minutes=60))
    other = add_person(worker2, earlier, **there)
    call = add_person(worker, make_call(worker), **here)
    assert by_what(call) == ({other.reference: [(there["name"], by)]} if by else {})


def test_the_most_alike_come_first(worker: User) -> None:
    whole = with_person(
        worker, minutes=90, name="Ana Marin", birth_date="2019-04-01", address="12 Harbor Lane"
    )
    older = with_person(worker, minutes=60, name="Ana Marin")
    newer = with_person(worker, minutes=30, name="Ana Marin")
    call = with_person(worker, name="Ana Marin", birth_date="2019-04-01", address="12 Harbor Lane")
    found = [match.intake for match in possible_matches(call, viewer=worker)]
    assert found == [whole, newer, older]


def test_who_is_left_out(worker: User, stranger: User) -> None:
    with_person(stranger, name="Ana Marin")
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    add_person(worker, practice, name="Ana Marin")
    assert possible_matches(practice, viewer=worker) == []
    removed = make_call(worker)
    row = f"person.{uuid.uuid4()}"
    put(worker, removed, f"{row}.name", "Ana Marin", role="child")
    put(worker, removed, f"{row}.is_removed", "yes")
    caller = make_call(worker)
    put(worker, caller, "reporter.name", "Ana Marin")
    call = with_person(worker, name="Ana Marin")
    add_person(worker, call, name="Ana Marin")  # twice in the call itself
    assert possible_matches(call, viewer=worker) == []
    assert possible_matches(caller, viewer=worker) == []


def test_a_reporting_party_matches_nobody(worker: User) -> None:
    with_person(worker, name="Ana Marin", address="12 Harbor Lane")
    call = make_call(worker)
    put(worker, call, "reporter.name", "Ana Marin")
    put(worker, call, "reporter.address", "12 Harbor Lane")
    add_person(worker, call, name="Kofi Mensah")
    assert possible_matches(call, viewer=worker) == []


def test_addresses_agree_as_far_as_both_go() -> None:
    assert same_address("12 Harbor Lane, Oakfield", "12 harbor ln")
    assert same_address("Apt 3, 12 Harbor Street, Oakfield 90210", "12 Harbor St, Oakfield")
    assert not same_address("12 Harbor Lane", "")
    assert not same_address("12", "12")
    assert not same_address("3 Harbor Lane Apt 12", "4 Harbor Lane Apt 12")


def test_a_match_is_linked_and_stands_on_the_record(worker: User, worker2: User) -> None:
    other = with_person(worker2, minutes=60, name="Ana Marin")
    call = with_person(worker, name="Ana Marin")
    for _ in range(2):
        link_prior(actor=worker, intake_id=call.pk, other_id=other.pk, at=NOW)
    assert list(call.prior_involvement.all()) == [other]
    event = AuditEvent.objects.get(verb="intake.prior_linked")
    assert (event.subject_id, event.details["reference"]) == (call.pk, other.reference)
    submission = submit(worker, call)
    sheet = worksheet.from_json(submission.content.text)
    assert [one.reference for one in sheet.prior_involvement] == [other.reference]


def test_a_link_is_taken_back(worker: User, worker2: User) -> None:
    other = with_person(worker2, minutes=60, name="Ana Marin")
    call = with_person(worker, name="Ana Marin")
    link_prior(actor=worker, intake_id=call.pk, other_id=other.pk, at=NOW)
    for _ in range(2):
        unlink_prior(actor=worker, intake_id=call.pk, other_id=other.pk, at=NOW)
    assert not call.prior_involvement.exists()
    assert AuditEvent.objects.filter(verb="intake.prior_unlinked").count() == 1


def test_only_matches_of_the_own_open_call_are_linked(
    worker: User, worker2: User, supervisor: User
) -> None:
    other = with_person(worker2, minutes=60, name="Kofi Mensah")
    match = with_person(worker2, minutes=60, name="Ana Marin")
    call = with_person(worker, name="Ana Marin")
    for key in (other.pk, call.pk, uuid.uuid4()):
        with pytest.raises(NotPossibleNow):
            link_prior(actor=worker, intake_id=call.pk, other_id=key, at=NOW)
    for user in (worker2, supervisor):
        with pytest.raises(Intake.DoesNotExist):
            link_prior(actor=user, intake_id=call.pk, other_id=match.pk, at=NOW)
    submit(worker, call)
    for does in (link_prior, unlink_prior):
        with pytest.raises(NotPossibleNow):
            does(actor=worker, intake_id=call.pk, other_id=match.pk, at=NOW)
    assert not call.prior_involvement.exists()


def test_opening_them_is_audited(worker: User) -> None:
    call = with_person(worker, name="Ana Marin")
    with_person(worker, minutes=60, name="Ana Marin")
    assert len(view_matches(actor=worker, intake=call, at=NOW)) == 1
    event = AuditEvent.objects.get(verb="intake.matches_viewed")
    assert (event.subject_id, event.details) == (call.pk, {"count": 1})
