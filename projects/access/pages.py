"""The table of roles, printed: what it says is what the application does, since both read it."""

from django.http import HttpResponse
from django.shortcuts import render
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
    context = {
        "roles": list(Role),
        "contract_roles": list(ContractRole),
        "rows": [
            {
                "permission": permission,
                "roles": [(role, permission in ROLES[role]) for role in Role],
                "contract_roles": [(role, permission in CONTRACT_ROLES[role]) for role in ContractRole],
                "lent": permission in MAY_BE_LENT,
                "archived": permission in KEPT_IN_ARCHIVES,
                "glass": permission in BEHIND_GLASS,
            }
            for permission in plain
            if permission != Permission.SIT_ON_BUREAU  # the group makes it, not the role
        ],
        "speaking": [role.label for role in Role if role in SPEAKING],
        "may_borrow": [role.label for role in Role if role in MAY_BORROW],
        "may_give": [
            (role, [given.label for given in Role if given in MAY_GIVE[role]]) for role in Role if role in MAY_GIVE
        ],
        "lendable": [permission for permission in plain if permission in MAY_BE_LENT],
    }
    return render(request, "projects/access/roles.html", context)
