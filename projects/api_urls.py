"""The API of the work."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from projects.activity.api import EventResource
from projects.contracts.api import AmendmentResource, AxisResource, ContractResource, ProjectResource
from projects.deliverables.api import DeliverableResource, DependencyResource, HealthResource, HistoryResource
from projects.deliverables.opinions.api import OpinionResource
from projects.deliverables.versions.api import ApprovalResource, DepositResource, VersionResource
from projects.discussions.api import CommentResource, ThreadResource
from projects.groups.access.api import EmergencyResource, ExplanationView
from projects.groups.api import GroupResource
from projects.groups.delegations.api import DelegationResource
from projects.groups.invitations.api import GroupedInvitationResource, OfferResource
from projects.groups.mandates.administration_api import MandateResource
from projects.groups.mandates.api import MemberResource

router = SimpleRouter()
router.register("events", EventResource, basename="event")
router.register("groups", GroupResource, basename="group")
router.register(r"groups/(?P<group>[^/.]+)/members", MemberResource, basename="member")
router.register("invitations", GroupedInvitationResource, basename="invitation")
router.register(r"groups/(?P<group>[^/.]+)/invitations", OfferResource, basename="group-invitation")
router.register("mandates", MandateResource, basename="all-mandates")
router.register("delegations", DelegationResource, basename="delegation")
router.register("contracts", ContractResource, basename="contract")
router.register(r"contracts/(?P<contract>[^/.]+)/amendments", AmendmentResource, basename="amendment")
router.register("axes", AxisResource, basename="axis")
router.register("projects", ProjectResource, basename="project")
router.register(r"groups/(?P<slug>[^/.]+)/emergencies", EmergencyResource, basename="emergency")
router.register("comments", CommentResource, basename="comment")
router.register("threads", ThreadResource, basename="thread")
router.register("deliverables", DeliverableResource, basename="deliverable")
router.register(r"deliverables/(?P<deliverable>[^/.]+)/versions", DepositResource, basename="deliverable-version")
router.register(
    r"deliverables/(?P<deliverable>[^/.]+)/dependencies", DependencyResource, basename="deliverable-dependency"
)
router.register(r"deliverables/(?P<deliverable>[^/.]+)/health", HealthResource, basename="deliverable-health")
router.register(r"deliverables/(?P<deliverable>[^/.]+)/history", HistoryResource, basename="deliverable-history")
router.register("versions", VersionResource, basename="version")
router.register(r"versions/(?P<version>[^/.]+)/opinions", OpinionResource, basename="opinion")
router.register(r"versions/(?P<version>[^/.]+)/approvals", ApprovalResource, basename="approval")

urlpatterns = [
    path("groups/<str:slug>/access/", ExplanationView.as_view(), name="access-explanation"),
    *router.urls,
]
