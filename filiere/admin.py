"""The admin site: a reading room for administrators.

Writes are services: a form of the admin that saved by itself would step around permissions, journal and mail. Models
are registered with `ReadOnlyAdmin`, by the `admin.py` of their application.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from filiere.web.access import administrators

if TYPE_CHECKING:
    BaseAdmin = ModelAdmin[Any]
else:
    BaseAdmin = ModelAdmin

# The application signs people in and out, with its lockout and second factor: the admin site has no door of its own.
_DOORS = {"login": "admin:index", "logout": "account_logout", "password_change": "account_change_password"}


class AdministrationSite(AdminSite):
    site_header = _("Filière\u00a0: consultation des données")
    site_title = _("Filière")
    index_title = _("Données enregistrées, en lecture seule")
    empty_value_display = "—"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return administrators(super().admin_view(view, cacheable))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        autodiscover_modules("admin")
        own = [
            path(f"{name}/", RedirectView.as_view(pattern_name=elsewhere), name=name)
            for name, elsewhere in _DOORS.items()
        ]
        kept = [
            each for each in super().get_urls() if str(getattr(each, "name", "")).removesuffix("_done") not in _DOORS
        ]
        return [*own, *kept]


site = AdministrationSite(name="admin")


class ReadOnlyAdmin(BaseAdmin):
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
