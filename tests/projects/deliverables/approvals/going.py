"""What tests of the way to approval do and ask all the time."""

import pytest

from filiere.refusals import Refused
from projects.deliverables.approvals.services import approve
from projects.groups.enums import ApprovalRule
from projects.models import Version, WorkingGroup


def demand_all(group):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=ApprovalRule.ALL)


def states(version):
    fresh = Version.objects.select_related("deliverable").get(pk=version.pk)
    return fresh.state, fresh.deliverable.approval_state


def refused(act, **arguments):
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return caught.value.sentence


def yes(version, by, **fields):
    return approve(version=version, sha256=version.sha256, by=by, **fields)
