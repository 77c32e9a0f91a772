"""The API of the work."""

from rest_framework.routers import SimpleRouter

from projects.activity.api import EventResource

router = SimpleRouter()
router.register("events", EventResource, basename="event")

urlpatterns = router.urls
