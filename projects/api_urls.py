"""The API of the work."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from projects.activity.api import EventResource
from projects.contracts.api import AmendmentResource, AxisResource, ContractResource, ProjectResource
from projects.groups.access.api import EmergencyResource, ExplanationView
from projects.groups.api import GroupResource
from projects.groups.delegations.api import DelegationResource
from projects.groups.invitations.api import GroupedInvitationResource, OfferResource
from projects.groups.mandates.api import MemberResource

router = SimpleRouter()
router.register("events", EventResource, basename="event")
router.register("groups", GroupResource, basename="group")
router.register(r"groups/(?P<group>[^/.]+)/members", MemberResource, basename="member")
router.register("invitations", GroupedInvitationResource, basename="invitation")
router.register(r"groups/(?P<group>[^/.]+)/invitations", OfferResource, basename="group-invitation")
router.register("delegations", DelegationResource, basename="delegation")
router.register("contracts", ContractResource, basename="contract")
router.register(r"contracts/(?P<contract>[^/.]+)/amendments", AmendmentResource, basename="amendment")
router.register("axes", AxisResource, basename="axis")
router.register("projects", ProjectResource, basename="project")
router.register(r"groups/(?P<slug>[^/.]+)/emergencies", EmergencyResource, basename="emergency")

urlpatterns = [
    path("groups/<str:slug>/access/", ExplanationView.as_view(), name="access-explanation"),
    *router.urls,
]
