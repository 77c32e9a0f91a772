from django.conf import settings
from django.http import Http404

from filiere.env import OpenIDConnect


def configuration() -> OpenIDConnect:
    """Without one, the addresses of this folder do not exist."""
    if settings.OIDC is None:
        raise Http404
    return settings.OIDC
