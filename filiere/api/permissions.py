"""Who may use an API view. A view that names none of these answers to nobody."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Undeclared(BasePermission):
    """The default: refuses, so that a forgotten declaration fails closed."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False


class SignedIn(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user.is_authenticated)


class Administrators(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)
