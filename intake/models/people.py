"""Agencies and the people who work there."""

import uuid
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from intake.models.base import Record
from intake.passwords import normalised
from intake.roles import ROLES

OPERATOR_IDLE_MINUTES = 15  # of who belongs to no agency


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a time zone of the tz database."""
    if name not in available_timezones():
        raise ValidationError(f"'{name}' is not a time zone; an example is America/Los_Angeles.")


class Agency(Record):
    """The county or state office that owns users and intakes; nothing crosses agencies."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(
        max_length=64, default="America/Los_Angeles", validators=[check_time_zone]
    )
    # What a caller who gives no name is told; whether the report is taken is not a setting.
    anonymous_reporter_text = models.TextField(
        default=(
            "You may report without giving your name. If you give it, the law keeps it "
            "confidential: only the agencies it lists may learn it."
        )
    )
    idle_lock_minutes = models.PositiveSmallIntegerField(default=15)
    # Whether a supervisor may review what they took themselves: for an office of one.
    allows_own_review = models.BooleanField(default=False)
    # Whether whoever wrote an edition of the question sets may publish it: for one administrator.
    allows_own_publish = models.BooleanField(default=False)
    # Mails that tell how many notices wait, and nothing of them; the installation must want it too.
    has_notice_emails = models.BooleanField(default=False)
    # Whether workers sign in with a second factor too; everybody else does in any case.
    requires_worker_factor = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "agencies"
        constraints = [
            models.CheckConstraint(
                condition=Q(idle_lock_minutes__gte=1, idle_lock_minutes__lte=30),
                name="agency_idle_lock_1_to_30_minutes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this agency's times are shown."""
        return ZoneInfo(self.time_zone)


class RoleNames(models.Func):
    """The names of a user's groups, with commas; a query of its own groups nothing and is quick."""

    function = "STRING_AGG"
    template = (
        "(SELECT %(function)s(role.name, ',') FROM auth_group role"
        " JOIN intake_user_groups held ON held.group_id = role.id"
        " WHERE held.user_id = %(expressions)s)"
    )
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return SQLite's name of the same function."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def roles_among(names: str | None) -> frozenset[str]:
    """Return the roles among names of groups, as `RoleNames` gives them."""
    return frozenset((names or "").split(",")).intersection(ROLES)


class UserQuerySet(models.QuerySet["User"]):
    """Users and what they may be."""

    def with_roles(self) -> "UserQuerySet":
        """Return users with agency and roles, in the same query."""
        return self.select_related("agency").annotate(role_names=RoleNames("pk"))

    def colleagues_of(self, user: "User") -> "UserQuerySet":
        """Return the active workers of the user's agency but the user, by name."""
        here = self.filter(agency=user.agency_id, is_active=True, groups__name="workers")
        named = here.exclude(pk=user.pk).exclude(agency=None)
        return named.order_by("first_name", "last_name", "username")

    def team_of(self, supervisor: "User") -> "UserQuerySet":
        """Return the workers whose supervisor the user is, by name."""
        mine = self.filter(agency=supervisor.agency_id, supervisor=supervisor)
        return mine.order_by("first_name", "last_name", "username")


class Users(UserManager["User"]):
    """Django's manager of users, with our queryset."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def with_roles(self) -> UserQuerySet:
        """Return users with agency and roles, in the same query."""
        return self.get_queryset().with_roles()

    def colleagues_of(self, user: "User") -> UserQuerySet:
        """Return the active workers of the user's agency but the user, by name."""
        return self.get_queryset().colleagues_of(user)

    def team_of(self, supervisor: "User") -> UserQuerySet:
        """Return the workers whose supervisor the user is, by name."""
        return self.get_queryset().team_of(supervisor)


class User(AbstractUser):
    """A person of an agency; roles are groups, and a person may hold several.

    Only an operator (superuser) may stand outside every agency, and sees no intake.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    # A team is the workers of one supervisor; who has none belongs to no team.
    supervisor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="team"
    )

    # Whether the account may open reporting parties of submitted records; an administrator's grant.
    may_reveal_reporter = models.BooleanField(default=False)

    # Up to when the own notices were seen, and when the last mail told of them.
    notices_seen_at = models.DateTimeField(null=True, blank=True)
    notices_mailed_at = models.DateTimeField(null=True, blank=True)

    # Who signs in by single sign-on is known by these two, has no password here, and the roles
    # that the provider's groups give.
    sso_issuer = models.CharField(max_length=200, blank=True)
    sso_subject = models.CharField(max_length=255, blank=True)

    objects = Users()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | Q(is_superuser=True),
                name="user_has_agency_or_is_operator",
            ),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=models.F("id")),
                name="user_is_not_own_supervisor",
            ),
            models.UniqueConstraint(
                fields=["sso_issuer", "sso_subject"],
                condition=~Q(sso_subject=""),
                name="user_of_single_sign_on",
            ),
            models.CheckConstraint(
                condition=Q(sso_issuer="", sso_subject="")
                | ~(Q(sso_issuer="") | Q(sso_subject="")),
                name="user_has_issuer_and_subject_or_neither",
            ),
        ]

    def clean(self) -> None:
        """Raise ValidationError for a supervisor who cannot be this user's."""
        super().clean()
        chief = self.supervisor
        if chief is None:
            return
        if chief.pk == self.pk or chief.agency_id != self.agency_id:
            raise ValidationError({"supervisor": "The supervisor is a colleague of the agency."})
        if "supervisors" not in chief.roles:
            raise ValidationError({"supervisor": f"{chief.username} is no supervisor."})

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of this user's roles; no query for a user that came `with_roles()`."""
        if hasattr(self, "role_names"):
            return roles_among(self.role_names)
        return frozenset(
            Group.objects.filter(user=self, name__in=ROLES).values_list("name", flat=True)
        )

    @classmethod
    def known_as(cls, pk: uuid.UUID, agency: uuid.UUID | None, roles: frozenset[str]) -> "User":
        """Return an active user of whom no more is known, as a `Prepared` query is about one."""
        user = cls(pk=pk, agency_id=agency)
        user.roles = roles
        return user

    @property
    def must_have_factor(self) -> bool:
        """Whether this user may do nothing without a second factor: all but workers by policy."""
        if settings.SECOND_FACTOR == "off":
            return False
        if self.is_superuser or self.roles - {"workers"}:
            return True
        return self.agency is not None and self.agency.requires_worker_factor

    @property
    def has_single_sign_on(self) -> bool:
        """Whether the identity provider, and no password of ours, tells who this is."""
        return bool(self.sso_subject)

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, in the form in which every keyboard's letters are the same."""
        super().set_password(None if raw_password is None else normalised(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password; hashed once, or the time would tell who has an account."""
        return super().check_password(None if raw_password is None else normalised(raw_password))

    @property
    def idle_seconds(self) -> int:
        """After how long without activity the screen is locked, by the agency's policy."""
        minutes = self.agency.idle_lock_minutes if self.agency else OPERATOR_IDLE_MINUTES
        return minutes * 60

    @property
    def display_name(self) -> str:
        """The name that colleagues see."""
        return self.get_full_name() or self.username
