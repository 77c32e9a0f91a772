"""In, out, and what keeps others out: allauth's views, whose changes leave their event in one transaction."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.account.views import LoginView, LogoutView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.people.models import User
from accounts.signin import second_factor, selectors, services
from accounts.signin.adapters import MFAAdapter
from accounts.signin.devices import origin
from accounts.signin.openid import identity
from accounts.signin.openid import pages as openid
from accounts.signin.openid.adapter import ID_TOKEN
from filiere.web.access import PersonRequest, signed_in


class SignIn(LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = settings.OIDC.name if settings.OIDC else ""
        return {**super().get_context_data(**kwargs), "provider_name": name}


class SignOut(LogoutView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        id_token = self.request.session.get(ID_TOKEN, "")
        response: HttpResponse = super().post(*args, **kwargs)
        address = openid.way_out(self.request, id_token) if id_token and settings.OIDC else ""
        return openid.leaving(self.request, address) if address else response


@signed_in
@never_cache
def security(request: PersonRequest) -> HttpResponse:
    context = {
        "factors": selectors.second_factors(request.user),
        "missing": second_factor.demanded_now(request),
        "explanation": second_factor.explanation(),
        "linked": selectors.linked_identity(request.user),
        "provider_name": settings.OIDC.name if settings.OIDC else _("fournisseur d’identité"),
    }
    return render(request, "mfa/index.html", context)


@signed_in
@require_POST
def unlink_identity(request: PersonRequest) -> HttpResponse:
    if not request.user.has_usable_password():
        messages.error(request, _("Choisissez d’abord un mot de passe\u00a0: sans lui, vous ne pourriez plus entrer."))
    elif identity.unlink(person=request.user, by=request.user):
        messages.success(request, _("Votre compte n’est plus relié."))
    return redirect("mfa_index")


@signed_in
@never_cache
def sessions(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        return _end_sessions(request)
    listed = selectors.open_sessions(request.user, current=request.session.session_key or "")
    return render(request, "usersessions/usersession_list.html", {"sessions": listed, "several": len(listed) > 1})


def _end_sessions(request: PersonRequest) -> HttpResponse:
    if "others" in request.POST:
        kept = request.session.session_key or ""
        count = services.end_other_sessions(person=request.user, kept=kept, by=request.user)
        told = ngettext("%(count)s autre session est fermée.", "%(count)s autres sessions sont fermées.", count)
        messages.success(request, told % {"count": count} if count else _("Aucune autre session n’était ouverte."))
        return redirect("usersessions_list")
    chosen = request.POST.get("session", "")
    if not chosen.isdecimal() or len(chosen) > 18:
        raise BadRequest
    if services.end_session(person=request.user, session_id=int(chosen), by=request.user):
        messages.success(request, _("La session est fermée."))
    else:
        messages.info(request, _("Cette session était déjà fermée."))
    return redirect("usersessions_list")


class AddApplication(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
                services.second_factor_added(person=self.request.user, kind="application", origin=origin(self.request))
        except IntegrityError:  # sent twice at once: the other one has made it
            return redirect("mfa_index")
        return response


class AddKey(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            services.second_factor_added(person=self.request.user, kind="cle", origin=origin(self.request))
        return response


class RenameKey(EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RemoveApplication(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        return _remove(
            self.request, self.authenticator, "application", lambda: super(RemoveApplication, self).form_valid(form)
        )


class RemoveKey(RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "allowed": second_factor.may_lose(self.object)}

    def form_valid(self, form: Any) -> HttpResponse:
        return _remove(self.request, self.object, "cle", lambda: super(RemoveKey, self).form_valid(form))


def _remove(
    request: HttpRequest, authenticator: Authenticator, kind: str, remove: Callable[[], HttpResponse]
) -> HttpResponse:
    with transaction.atomic():
        # Held until the end: two factors removed at once would each count on the other.
        person = User.objects.select_for_update().get(pk=authenticator.user_id)
        if not second_factor.may_lose(authenticator):
            messages.error(request, MFAAdapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        response = remove()
        services.second_factor_removed(person=person, kind=kind, origin=origin(request))
    return response


class ShowCodes(ViewRecoveryCodesView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        text = "".join(f"{code}\n" for code in context["unused_codes"])
        # Saved by the browser itself: the server shows the codes once, and a file is one more showing.
        return {**context, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}


class RenewCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            services.recovery_codes_renewed(person=self.request.user, origin=origin(self.request))
        return response


class ConfirmWithKey(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect(self.request.get_full_path())
