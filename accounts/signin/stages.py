from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from accounts.signin import second_factor


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor a person holds, unless their identity provider has just asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if second_factor.shown_to_provider(request, self.login.user):
            return False
        return bool(super()._should_handle(request))
