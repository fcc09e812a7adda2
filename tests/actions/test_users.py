"""Accounts of an agency: invited, changed, ended with their calls handed on, taken up again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from intake.actions import hand_overs, reviews, users
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    AuditEvent,
    CallSummary,
    HandOver,
    Intake,
    Invitation,
    Review,
    TableChange,
    User,
)
from tests.factory import NOW, make_call, make_user, submit

STRONG = "seven quiet rivers"


def invite(actor: User, username: str = "new", **about: Any) -> tuple[User, str]:
    """Invite somebody, as a worker unless it is said otherwise."""
    values: dict[str, Any] = {"first_name": "New", "last_name": "Person", "roles": ["workers"]}
    values |= {"supervisor_id": None, "at": NOW} | about
    return users.invite_user(actor=actor, username=username, **values)


def test_an_invitation_opens_once_within_three_days(
    administrator: User, supervisor: User, client: Client
) -> None:
    user, token = invite(administrator, supervisor_id=supervisor.pk)
    assert user.supervisor == supervisor and not user.has_usable_password()
    assert token not in str(Invitation.objects.values())
    assert not client.login(username="new", password=STRONG)
    late = NOW + timedelta(days=3)
    with pytest.raises(NotPossibleNow):
        users.accept_invitation(token=token, password=STRONG, at=late)
    almost = late - timedelta(seconds=1)
    with pytest.raises(InvalidValue):
        users.accept_invitation(token=token, password="short", at=almost)
    assert users.accept_invitation(token=token, password=STRONG, at=almost) == user
    user.refresh_from_db()
    assert user.check_password(STRONG)
    for old in (token, "nothing"):
        with pytest.raises(NotPossibleNow):
            users.accept_invitation(token=old, password=STRONG, at=NOW)
    verbs = AuditEvent.objects.filter(subject_id=user.pk).values_list("verb", flat=True)
    assert set(verbs) == {"user.invited", "user.accepted_invitation"}


def test_a_new_link_ends_the_old_one(administrator: User, worker: User) -> None:
    old = users.invite_again(actor=administrator, user_id=worker.pk, at=NOW)[1]
    new = users.invite_again(actor=administrator, user_id=worker.pk, at=NOW)[1]
    with pytest.raises(NotPossibleNow):
        users.accept_invitation(token=old, password=STRONG, at=NOW)
    assert users.accept_invitation(token=new, password=STRONG, at=NOW) == worker


def test_an_account_is_changed_and_its_history_kept(
    administrator: User, worker: User, supervisor: User
) -> None:
    users.change_user(
        actor=administrator,
        user_id=worker.pk,
        first_name="Wilma",
        last_name="Example",
        roles=["workers", "supervisors"],
        supervisor_id=supervisor.pk,
        email="wilma@example.org",
        at=NOW,
    )
    again = User.objects.with_roles().get(pk=worker.pk)
    assert again.roles == {"workers", "supervisors"} and again.supervisor == supervisor
    change = TableChange.objects.get(row=worker.pk)
    assert change.before == {
        "first_name": "Worker",
        "email": "",
        "roles": "workers",
        "supervisor": "",
    }
    assert change.after["roles"] == "supervisors, workers" and change.actor == administrator


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"roles": []}, "roles"),
        ({"roles": ["kings"]}, "roles"),
        ({"username": "worker"}, "username"),
        ({"username": "a b"}, "username"),
    ],
)
def test_what_is_no_account_is_refused(
    administrator: User, worker: User, about: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        invite(administrator, **about)
    assert refused.value.field == field and not Invitation.objects.exists()
    with pytest.raises(InvalidValue):
        invite(administrator, supervisor_id=worker.pk)


def test_the_last_administrator_stays(administrator: User, worker: User) -> None:
    about: Any = {"actor": administrator, "at": NOW}
    names: Any = {"first_name": "A", "last_name": "B", "supervisor_id": None}
    with pytest.raises(NotPossibleNow, match="last administrator"):
        users.change_user(user_id=administrator.pk, roles=["workers"], **names, **about)
    with pytest.raises(NotPossibleNow, match="own account"):
        users.deactivate_user(user_id=administrator.pk, gives_to=None, **about)
    assert administrator.agency is not None
    other = make_user(administrator.agency, "administrator2", "administrators")
    # Two now, but nobody takes the own role.
    with pytest.raises(NotPossibleNow, match="own role"):
        users.change_user(user_id=administrator.pk, roles=["workers"], **names, **about)
    users.deactivate_user(user_id=other.pk, gives_to=None, **about)
    token = users.reactivate_user(user_id=other.pk, **about)[1]
    with pytest.raises(NotPossibleNow, match="active already"):
        users.reactivate_user(user_id=other.pk, **about)
    # Who has not come back yet is no administrator to lean on.
    by_other: Any = {"actor": other, "user_id": administrator.pk, "roles": ["workers"], "at": NOW}
    with pytest.raises(NotPossibleNow, match="last administrator"):
        users.change_user(**by_other, **names)
    users.accept_invitation(token=token, password=STRONG, at=NOW)
    users.change_user(**by_other, **names)
    assert User.objects.get(pk=administrator.pk).roles == {"workers"}


def test_who_leaves_hands_on_what_is_open(
    administrator: User, worker: User, worker2: User, supervisor: User, client: Client
) -> None:
    live, returned, done = (make_call(worker) for _ in range(3))
    for one in (returned, done):
        submit(worker, one)
    reviews.claim_intake(actor=supervisor, intake_id=returned.pk, at=NOW)
    remark = reviews.NewComment(anchor="decision.rationale", text="How so?")
    reviews.return_intake(actor=supervisor, intake_id=returned.pk, comments=[remark], at=NOW)
    hand_overs.offer_call(actor=worker, intake_id=live.pk, colleague_id=worker2.pk, at=NOW)
    client.force_login(worker)
    about: Any = {"actor": administrator, "user_id": worker.pk, "at": NOW}
    with pytest.raises(NotPossibleNow, match="2 open calls"):
        users.deactivate_user(gives_to=None, **about)
    with pytest.raises(InvalidValue):
        users.deactivate_user(gives_to=supervisor.pk, **about)
    assert client.get("/calls/").status_code == 200
    given = users.deactivate_user(gives_to=worker2.pk, **about)
    assert {one.pk for one in given} == {live.pk, returned.pk}
    assert client.get("/calls/").status_code == 302  # signed out at once
    workers = dict(Intake.objects.values_list("pk", "worker__username"))
    assert workers == {live.pk: "worker2", returned.pk: "worker2", done.pk: "worker"}
    assert not HandOver.objects.standing().exists()
    assert AuditEvent.objects.filter(verb="intake.moved").count() == 2
    assert CallSummary.objects.get(intake=returned).worker == worker2
    token = users.reactivate_user(**about)[1]
    again = User.objects.get(pk=worker.pk)
    assert again.is_active and not again.has_usable_password()
    # The session of before stays ended, before the new password and after.
    assert client.get("/calls/").status_code == 302
    users.accept_invitation(token=token, password=STRONG, at=NOW)
    assert client.get("/calls/").status_code == 302
    assert client.login(username="worker", password=STRONG)


def test_a_role_that_goes_leaves_nothing_behind(
    administrator: User, worker: User, worker2: User, supervisor: User
) -> None:
    mine, offered, claimed = make_call(worker), make_call(worker2), make_call(worker2)
    hand_overs.offer_call(actor=worker2, intake_id=offered.pk, colleague_id=worker.pk, at=NOW)
    submit(worker2, claimed)
    reviews.claim_intake(actor=supervisor, intake_id=claimed.pk, at=NOW)
    User.objects.filter(pk=worker.pk).update(supervisor=supervisor)
    about: Any = {"actor": administrator, "first_name": "A", "last_name": "B", "at": NOW}
    about |= {"roles": ["privacy_officers"]}
    keep = about | {"user_id": worker.pk, "supervisor_id": supervisor.pk}
    with pytest.raises(NotPossibleNow, match="1 open call"):
        users.change_user(**keep)
    with pytest.raises(InvalidValue):
        users.change_user(**keep, gives_to=supervisor.pk)
    assert User.objects.get(pk=worker.pk).roles == {"workers"}
    users.change_user(**keep, gives_to=worker2.pk)
    assert Intake.objects.get(pk=mine.pk).worker == worker2
    assert not HandOver.objects.standing().exists()
    users.change_user(**about, user_id=supervisor.pk, supervisor_id=None)
    claimed.refresh_from_db()
    assert claimed.status == "submitted" and not Review.objects.filter(outcome="").exists()
    assert User.objects.get(pk=worker.pk).supervisor is None
    told = [(one.before, one.after) for one in TableChange.objects.filter(row=worker.pk)]
    assert ({"supervisor": "supervisor"}, {"supervisor": ""}) in told


def test_claims_and_offers_of_who_leaves_fall_free(
    administrator: User, worker: User, worker2: User, supervisor: User
) -> None:
    claimed, offered = make_call(worker), make_call(worker)
    submit(worker, claimed)
    reviews.claim_intake(actor=supervisor, intake_id=claimed.pk, at=NOW)
    hand_overs.offer_call(actor=worker, intake_id=offered.pk, colleague_id=worker2.pk, at=NOW)
    for user in (supervisor, worker2):
        users.deactivate_user(actor=administrator, user_id=user.pk, gives_to=None, at=NOW)
    claimed.refresh_from_db()
    assert claimed.status == "submitted"
    assert not Review.objects.filter(outcome="").exists()
    assert not HandOver.objects.standing().exists()
    with pytest.raises(NotPossibleNow, match="Reactivate"):
        users.invite_again(actor=administrator, user_id=supervisor.pk, at=NOW)


def test_only_administrators_of_the_agency_keep_its_accounts(
    administrator: User, supervisor: User, worker: User, stranger: User
) -> None:
    assert stranger.agency is not None
    foreign = make_user(stranger.agency, "foreign", "administrators")
    before = list(User.objects.values_list("username", "is_active", "password"))
    about: Any = {"user_id": worker.pk, "at": NOW}
    names: Any = {"first_name": "A", "last_name": "B", "roles": ["workers"], "supervisor_id": None}
    for actor, error in ((supervisor, NotAllowed), (foreign, User.DoesNotExist)):
        for act in (users.invite_again, users.reactivate_user):
            with pytest.raises(error):
                act(actor=actor, **about)
        with pytest.raises(error):
            users.deactivate_user(actor=actor, gives_to=None, **about)
        with pytest.raises(error):
            users.change_user(actor=actor, **names, **about)
    with pytest.raises(NotAllowed):
        invite(supervisor)
    assert list(User.objects.values_list("username", "is_active", "password")) == before
