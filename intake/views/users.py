"""Accounts of an agency: the list, inviting, changing, ending; and the page of an invitation.

Whatever changes an account asks for a fresh sign-in: a link, a role or a reset is a way in (OWASP
ASVS 5.0, 7.5.1).
"""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import crypto, guessing, permissions, worksheet
from intake.actions import users
from intake.errors import InvalidValue, NotPossibleNow, Refused
from intake.forms.users import AcceptInvitationForm, ChangeForm, DeactivateForm, InviteForm
from intake.middleware import without_factor
from intake.models import Agency, Intake, Invitation, User
from intake.views.fresh import ask_for_proof, expect_proof, is_proved
from intake.views.requests import UserRequest

KEPT_LINK = "invitation_link"  # of the session
SHOWN_FOR = timedelta(minutes=10)


@require_safe
def list_users(request: UserRequest) -> HttpResponse:
    """Everybody of the agency, active ones first."""
    agency = agency_of(request)
    request.session.pop(KEPT_LINK, None)  # the page of a link was left
    found = User.objects.with_roles().filter(agency=agency, is_superuser=False)
    rows = found.select_related("supervisor", "invitation").order_by(
        "-is_active", "first_name", "last_name", "username"
    )
    return render(request, "intake/users/list.html", {"rows": rows, "roles": ROLE_WORDS})


@require_http_methods(["GET", "HEAD", "POST"])
def invite_user(request: UserRequest) -> HttpResponse:
    """A new account, and the link that the administrator hands over."""
    agency = agency_of(request)
    if request.method != "POST" and not is_proved(request):
        return ask_for_proof(request)
    form = InviteForm(request.POST or None, agency=agency)
    if request.method == "POST" and form.is_valid() and expect_proof(request, form):
        try:
            user, token = users.invite_user(actor=request.user, at=timezone.now(), **form.account())
        except InvalidValue as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return _keep_link(request, user, token)
    status = 422 if form.errors else 200
    context = {"form": form, "must_prove": not is_proved(request)}
    return render(request, "intake/users/invite.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_user(request: UserRequest, user_id: UUID) -> HttpResponse:
    """One account: its name, roles and team, and what else can be done with it."""
    agency = agency_of(request)
    user = _user(request, user_id)
    if request.method != "POST" and not is_proved(request):
        return ask_for_proof(request)
    shown = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "roles": sorted(user.roles),
        "supervisor": user.supervisor_id,
        "may_reveal_reporter": user.may_reveal_reporter,
    }
    calls = list(_open_calls(user))
    form = ChangeForm(
        request.POST or None,
        agency=agency,
        account=user,
        open_calls=len(calls),
        initial=shown,
    )
    if request.method == "POST" and form.is_valid() and expect_proof(request, form):
        try:
            users.change_user(
                actor=request.user, user_id=user.pk, at=timezone.now(), **form.account()
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, f"{user.username}: saved.")
            return redirect("users")
    status = 422 if form.errors else 200
    context = {
        "form": form,
        "account": user,
        "is_self": user.pk == request.user.pk,
        "open_calls": calls,
        "team": User.objects.team_of(user).count(),
        "colleagues": User.objects.colleagues_of(user),
        "changes": worksheet.list_changes(agency, row=user.pk),
        "factors": worksheet.view_factors(user),
        "must_prove": not is_proved(request),
    }
    return render(request, "intake/users/user.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite_again(request: UserRequest, user_id: UUID) -> HttpResponse:
    """A new link, for a lost one or a lost password; its page, until it is left or time is over."""
    if request.method == "POST":
        return _give_link(request, user_id, users.invite_again)
    user = _user(request, user_id)
    context = {
        "account": user,
        "link": _kept_link(request, user),
        "days": users.INVITED_FOR.days,
        "minutes": SHOWN_FOR.seconds // 60,
        "is_invited": Invitation.objects.filter(user=user).exists(),
    }
    return render(request, "intake/users/link.html", context)


@require_POST
def deactivate_user(request: UserRequest, user_id: UUID) -> HttpResponse:
    """Somebody leaves: the open calls go to a colleague."""
    user = _user(request, user_id)
    if not is_proved(request):
        return ask_for_proof(request, back=reverse("user", args=[user_id]))
    form = DeactivateForm(request.POST)
    gives_to = form.cleaned_data.get("gives_to") if form.is_valid() else None
    try:
        given = users.deactivate_user(
            actor=request.user, user_id=user.pk, gives_to=gives_to, at=timezone.now()
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("user", user_id)
    count = f" {len(given)} open call{'s' if len(given) > 1 else ''} went to the colleague."
    messages.success(request, f"{user.username} is deactivated.{count if given else ''}")
    return redirect("users")


@require_POST
def reactivate_user(request: UserRequest, user_id: UUID) -> HttpResponse:
    """Somebody comes back, and chooses a new password."""
    return _give_link(request, user_id, users.reactivate_user)


@require_POST
def reset_second_factor(request: UserRequest, user_id: UUID) -> HttpResponse:
    """Somebody lost phone and codes: they set up a second factor anew at the next sign-in."""
    user = _user(request, user_id)
    if not is_proved(request):
        return ask_for_proof(request, back=reverse("user", args=[user_id]))
    try:
        users.reset_second_factor(actor=request.user, user_id=user.pk, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        guessing.forget_account(user.username)
        messages.success(request, f"{user.username}: the second factor was reset.")
    return redirect("user", user_id)


@never_cache
@login_not_required
@without_factor
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest) -> HttpResponse:
    """Who was invited chooses a password; an invitation opens once.

    Its code stands behind the # of the link, which browsers send to nobody: it is in no log. A
    script asks with `look` whether it still opens, before anybody thinks of a password.
    """
    if "look" in request.POST:
        opens = users.is_open(request.POST.get("code", "").strip(), at=timezone.now())
        return JsonResponse({"opens": opens})
    form = AcceptInvitationForm(request.POST or None)
    is_over = False
    if request.method == "POST" and form.is_valid():
        try:
            user = users.accept_invitation(
                token=form.cleaned_data["code"].strip(),
                password=form.cleaned_data["password"],
                at=timezone.now(),
            )
        except InvalidValue as refused:
            form.add_error("password", refused.sentence)
        except NotPossibleNow:
            is_over = True
        else:
            messages.success(request, f"Your password is set. Sign in with it as {user.username}.")
            guessing.forget_account(user.username)
            answer = redirect("login")
            guessing.know_browser(request, answer, user.username)
            return answer
    context = {"form": form, "is_over": is_over, "sentence": users.OVER}
    status = 422 if form.errors or is_over else 200
    return render(request, "intake/users/accept.html", context, status=status)


ROLE_WORDS = {
    "workers": "Worker",
    "supervisors": "Supervisor",
    "administrators": "Administrator",
    "privacy_officers": "Privacy officer",
}


def agency_of(request: UserRequest) -> Agency:
    """Return the agency of an administrator; 404 for everybody else."""
    if not permissions.is_administrator(request.user) or request.user.agency is None:
        raise Http404
    return request.user.agency


def _user(request: UserRequest, user_id: UUID) -> User:
    agency = agency_of(request)
    found = User.objects.with_roles().filter(agency=agency, is_superuser=False)
    return get_object_or_404(found.select_related("supervisor"), pk=user_id)


def _open_calls(user: User) -> QuerySet[Intake]:
    """Return what somebody has to finish: an administrator sees its reference and no more."""
    mine = Intake.objects.filter(worker=user, agency=user.agency).for_real()
    return mine.being_written().only("reference", "status", "started_at").order_by("started_at")


def _give_link(
    request: UserRequest, user_id: UUID, action: Callable[..., tuple[User, str]]
) -> HttpResponse:
    """Carry out what makes a new link for an account, and show it, or say why not."""
    user = _user(request, user_id)
    if not is_proved(request):
        return ask_for_proof(request, back=reverse("user", args=[user_id]))
    try:
        user, token = action(actor=request.user, user_id=user.pk, at=timezone.now())
    except NotPossibleNow as refused:
        messages.error(request, refused.sentence)
        return redirect("user", user_id)
    if not token:
        messages.success(request, f"{user.username} signs in by single sign-on again.")
        return redirect("user", user_id)
    return _keep_link(request, user, token)


def _keep_link(request: UserRequest, user: User, token: str) -> HttpResponse:
    """Go on to the page that shows a link, which may be loaded again.

    The session keeps the code sealed by the key ring, for ten minutes or until the page is left:
    the database has nothing by which somebody could sign in as the invited user.
    """
    sealed = crypto.seal(
        token, ring=settings.ENCRYPTION_KEYS, table="invitation", row=user.pk, field="token"
    )
    request.session[KEPT_LINK] = {
        "user": str(user.pk),
        "sealed": base64.b64encode(sealed).decode(),
        "until": (timezone.now() + SHOWN_FOR).isoformat(),
    }
    return redirect("user_link", user.pk)


def _kept_link(request: UserRequest, user: User) -> str:
    """Return the link that was just made for a user, or nothing where it is not shown any more."""
    kept = request.session.get(KEPT_LINK, {})
    now = timezone.now()
    if kept.get("user") != str(user.pk) or datetime.fromisoformat(kept["until"]) < now:
        return ""
    try:
        token = crypto.unseal(
            base64.b64decode(kept["sealed"]),
            ring=settings.ENCRYPTION_KEYS,
            table="invitation",
            row=user.pk,
            field="token",
        )
    except crypto.SealBroken:
        return ""
    if not users.is_open(token, at=now):  # used, or another one took its place
        return ""
    return f"{request.build_absolute_uri(reverse('invitation'))}#{token}"
