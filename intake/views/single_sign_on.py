"""Single sign-on by OpenID Connect: to the provider, and back with what it says of who is there.

The library carries the flow (authorization code, PKCE, state); here its answer is checked further –
signature, nonce, issuer, one subject – and becomes an account of ours. None of its own pages or
tables is used.
"""

import secrets
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from intake.actions.single_sign_on import Person, issuer_of, keep_person
from intake.errors import Refused
from intake.middleware import without_factor
from intake.models import User
from intake.sessions import FRESH, now
from intake.views.fresh import ask_further, finish_proof
from intake.views.sign_in import enter, next_of

PROVIDER = "agency"
FAILED = (
    "The sign-in at the provider did not come to an end, or what it sent cannot be trusted. You "
    "are not signed in; try again, and tell the operator if it goes on."
)
# What a token says of how somebody signed in there (RFC 8176): with more than one factor.
WITH_FACTOR = "mfa"


class Flow(OpenIDConnectOAuth2Adapter):
    """The library's flow to our address, with tokens that are verified in any case."""

    def get_callback_url(self, request: HttpRequest, app: object) -> str:
        """Return where the provider sends people back to."""
        return request.build_absolute_uri(reverse("single_sign_on_done"))

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return claims


class Adapter(DefaultSocialAccountAdapter):
    """Where the library would make accounts of its own, ours are found."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Answer with our own sign-in."""
        raise ImmediateHttpResponse(_come_back(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        """Answer with our own page."""
        raise ImmediateHttpResponse(_failed(request, FAILED))


@never_cache
@login_not_required
@without_factor
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider; who is signed in already, to prove anew who they are."""
    if not settings.OIDC_ISSUER:
        raise Http404
    provider = get_adapter().get_provider(request, PROVIDER)
    provider.oauth2_adapter_class = Flow
    data = {"nonce": secrets.token_urlsafe(24), "prove": request.user.is_authenticated}
    asked = {"nonce": data["nonce"]}
    if data["prove"]:
        asked |= {"prompt": "login", "max_age": "0"}
    try:
        away = provider.redirect(
            request, process="login", next_url=next_of(request), data=data, auth_params=asked
        )
    except (RequestException, ValueError, KeyError):
        return _failed(request, "The provider cannot be reached. You are not signed in; try again.")
    # A page that goes on by itself: our policy lets no form lead to another site, not even on.
    context = {"address": away["Location"], "provider": settings.OIDC_NAME}
    return render(request, "registration/away.html", context)


@never_cache
@login_not_required
@without_factor
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Let somebody in whom the provider sends back."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        view = OAuth2CallbackView.adapter_view(Flow(request, PROVIDER))
        answer: HttpResponse = view(request)
    except (ValueError, KeyError, OAuth2Error):  # an answer that is none of the protocol's
        return _failed(request, FAILED)
    return answer


def _come_back(request: HttpRequest, found: SocialLogin) -> HttpResponse:
    said, state = found.account.extra_data, found.state
    token, info = said.get("id_token") or {}, said.get("userinfo") or {}
    data = state.get("data") or {}
    if not _is_trusted(token, info, data.get("nonce", "")):
        return _failed(request, FAILED)
    back = state.get("next") or reverse("home")
    claims = token | info
    has_given = settings.OIDC_HAS_SECOND_FACTOR or WITH_FACTOR in (token.get("amr") or [])
    if data.get("prove"):
        return _prove(request, token, back=back, has_given=has_given)
    try:
        user = keep_person(person=_person(token, claims), at=timezone.now())
    except Refused as refused:
        return _failed(request, refused.sentence, status=403)
    return enter(request, user, back=back, has_given=has_given, by="single sign-on")


def _is_trusted(token: dict[str, Any], info: dict[str, Any], nonce: str) -> bool:
    """Whether the token is for this very sign-in, and both halves are of one person."""
    is_ours = issuer_of(str(token.get("iss", ""))) == issuer_of(settings.OIDC_ISSUER)
    is_asked_for = bool(nonce) and secrets.compare_digest(str(token.get("nonce", "")), nonce)
    is_one = bool(token.get("sub")) and info.get("sub", token["sub"]) == token["sub"]
    return is_ours and is_asked_for and is_one


def _prove(
    request: HttpRequest, token: dict[str, Any], *, back: str, has_given: bool
) -> HttpResponse:
    user = request.user
    is_same = (
        isinstance(user, User)
        and user.has_single_sign_on
        and (user.sso_issuer, user.sso_subject) == (issuer_of(token["iss"]), token["sub"])
    )
    if not is_same or now() - int(token.get("auth_time") or 0) > FRESH:
        return _failed(request, "This did not prove who you are. Nothing was opened; try again.")
    assert isinstance(user, User)
    if has_given:
        return finish_proof(request, user, back=back, has_given=True)
    return ask_further(request, user, back=back)


def _person(token: dict[str, Any], claims: dict[str, Any]) -> Person:
    groups = claims.get(settings.OIDC_GROUPS_CLAIM) or []
    return Person(
        issuer=issuer_of(str(token["iss"])),
        subject=str(token["sub"]),
        username=str(claims.get("preferred_username") or token["sub"])[:150],
        first_name=str(claims.get("given_name") or "")[:150],
        last_name=str(claims.get("family_name") or "")[:150],
        email=str(claims.get("email") or ""),
        groups=tuple(str(one) for one in (groups if isinstance(groups, list) else [groups])),
    )


def _failed(request: HttpRequest, sentence: str, *, status: int = 401) -> HttpResponse:
    context = {"sentence": sentence, "provider": settings.OIDC_NAME}
    return render(request, "registration/single_sign_on.html", context, status=status)
