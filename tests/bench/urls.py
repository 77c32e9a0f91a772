"""The product's addresses, and the one that everything is compared with."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.models import User
from filiere.urls import handler400, handler403, handler404, handler500, urlpatterns
from filiere.web.access import everyone

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@everyone
def bare(request: HttpRequest) -> HttpResponse:
    """One row by its unique index, as plain text, through the same middleware."""
    return HttpResponse(User.objects.values_list("pk", flat=True).get(email="bench-0@demo.example"))


urlpatterns = [path("bench/bare/", bare), *urlpatterns]
