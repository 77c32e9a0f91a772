from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.people.models import User


class EmailBackend(AuthenticationBackend):
    """E-mail and password. Looks at the person alone: allauth's own table of addresses, which may hold a former one,
    opens nothing here. What it takes care of stays: equal time for unknown addresses, and closed accounts."""

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        person = User.objects.filter(email=email.strip().lower()).first()
        return self._check_password(person, password)
