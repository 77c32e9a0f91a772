from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.tokens import selectors, services
from accounts.tokens.forms import TokenForm
from accounts.tokens.models import ApiToken
from filiere.web.access import PersonRequest, signed_in
from filiere.web.forms import refusals_shown_in
from filiere.web.tables import Column, Table


class TokensTable(Table[ApiToken]):
    id = "jetons"
    caption = gettext_lazy("Vos jetons d’API")
    file_name = "jetons"
    columns = [
        Column("name", gettext_lazy("Nom"), sort="name", template="accounts/tokens/cells/name.html"),
        Column("scope", gettext_lazy("Portée"), sort="scope", value=ApiToken.get_scope_display),
        Column(
            "created_at",
            gettext_lazy("Création"),
            sort="created_at",
            template="components/cells/date.html",
            narrow=False,
        ),
        Column(
            "last_used_at",
            gettext_lazy("Dernier usage"),
            sort="last_used_at",
            template="accounts/tokens/cells/use.html",
        ),
        Column(
            "expires_at", gettext_lazy("Expiration"), sort="expires_at", template="accounts/tokens/cells/expiry.html"
        ),
        Column(
            "actions", gettext_lazy("Actions"), template="accounts/tokens/cells/actions.html", export=False, align="end"
        ),
    ]
    default_sort = "-created_at"
    empty_title = gettext_lazy("Aucun jeton")
    empty_text = gettext_lazy("Créez-en un pour qu’un script lise ou écrive ici en votre nom.")


@signed_in
@never_cache
def tokens(request: PersonRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    value = ""
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            _token, value = services.create_token(person=request.user, by=request.user, **form.cleaned_data)
            form = TokenForm()
    table = TokensTable(request, selectors.tokens_of(request.user))
    # Shown in the answer itself: passing it to another page would mean keeping it somewhere.
    return table.answer("accounts/tokens/list.html", {"form": form, "value": value, "limit": services.LIMIT})


@signed_in
def revoke(request: PersonRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(selectors.tokens_of(request.user), pk=pk)
    if request.method == "POST":
        services.revoke_token(token=token, by=request.user)
        messages.success(request, _("Le jeton est révoqué."))
        return redirect("tokens")
    return render(request, "accounts/tokens/revoke.html", {"token": token})
