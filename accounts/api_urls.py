"""The API of people, organisations and tokens. Invitations, which bring mandates, stand with groups."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.organisations.api import OrganisationResource
from accounts.people.api import MeResource, PersonalDataView, PersonResource
from accounts.tokens.api import TokenResource

router = SimpleRouter()
router.register("organisations", OrganisationResource, basename="organisation")
router.register("people", PersonResource, basename="person")
router.register("me/tokens", TokenResource, basename="token")

urlpatterns = [
    path("me/", MeResource.as_view({"get": "retrieve", "patch": "partial_update"}), name="me"),
    path("me/data/", PersonalDataView.as_view(), name="me-data"),
    *router.urls,
]
