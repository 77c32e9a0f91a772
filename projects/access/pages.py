"""The table of roles, printed: what it says is what the application does, since both read it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest, signed_in
from projects.access.enums import ContractRole, Permission, Role
from projects.access.roles import (
    BEHIND_GLASS,
    COLLEGES,
    CONTRACT_ROLES,
    KEPT_IN_ARCHIVES,
    MAY_BE_LENT,
    MAY_BORROW,
    MAY_GIVE,
    ROLES,
    SPEAKING,
)


@signed_in
@require_safe
def roles(request: PersonRequest) -> HttpResponse:
    plain = [permission for permission in Permission if permission not in COLLEGES.values()]
    rows = [permission for permission in plain if permission != Permission.SIT_ON_BUREAU]  # the group makes it
    context = {
        "roles": [role.label for role in Role],
        "in_group": [(each, [(role.label, each in ROLES[role]) for role in Role]) for each in rows],
        "contract_roles": [role.label for role in ContractRole],
        "everywhere": [(each, [(role.label, each in CONTRACT_ROLES[role]) for role in ContractRole]) for each in rows],
        "exceptions": [_("Reste dans un groupe archivé"), _("Ouverte par une lecture d’urgence")],
        "exceptional": [
            (each, [(_("Groupe archivé"), each in KEPT_IN_ARCHIVES), (_("Lecture d’urgence"), each in BEHIND_GLASS)])
            for each in rows
        ],
        "speaking": [role.label for role in Role if role in SPEAKING],
        "may_borrow": [role.label for role in Role if role in MAY_BORROW],
        "may_give": [
            (role, [given.label for given in Role if given in MAY_GIVE[role]]) for role in Role if role in MAY_GIVE
        ],
        "lendable": [permission for permission in plain if permission in MAY_BE_LENT],
    }
    return render(request, "projects/access/roles.html", context)
