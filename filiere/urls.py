"""Every address starts here. Pages in French at the root, the API under /api/v1/."""

from django.urls import include, path

from filiere import admin, health
from filiere.web import errors, icons

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("favicon.ico", icons.favicon, name="favicon"),
    path("administration/etat/", health.state, name="system-state"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("filiere.api.urls")),
    path("", include("accounts.urls")),
    path("", include("projects.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
handler429 = errors.too_many_requests  # allauth asks for it by this name
