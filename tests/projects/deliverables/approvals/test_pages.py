"""The pages of the way to approval, as people meet them."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from projects.access.enums import Permission, Role
from projects.deliverables.approvals.services import declare_recusal, withdraw
from projects.deliverables.enums import ApprovalState
from projects.deliverables.versions.services import deposit_version
from projects.models import AcceptanceCriterion, Approval, Recusal
from tests.factories.access import seat
from tests.factories.deliverables import a_version, submitted_version
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.approvals.going import demand_all, states, yes
from tests.projects.deliverables.stories import strangers
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db


def at(name, version):
    return reverse(name, kwargs={"pk": version.deliverable_id, "number": version.number})


def approving(version, **fields):
    return {"sha256": version.sha256, "decision": "approve", "reason": "", **fields}


def asking(version, reason, **fields):
    return {"sha256": version.sha256, "decision": "request-changes", "reason": reason, **fields}


def replaced(version, people):
    new = ContentFile(b"Un autre texte.", "suite.txt")
    return deposit_version(deliverable=version.deliverable, file=new, by=people["membre"])


def recusal_of(deliverable):
    return reverse("recusal", kwargs={"pk": deliverable.pk})


# --- Who opens them ---------------------------------------------------------


def test_visitors_are_sent_to_sign_in(client, version):
    for name in ("version-decide", "version-submit", "version-withdraw", "approval-sheet"):
        assert client.get(at(name, version))["Location"].startswith("/connexion/")
    assert client.get(recusal_of(version.deliverable))["Location"].startswith("/connexion/")


@pytest.mark.parametrize("act", ["version-decide", "version-submit", "version-withdraw", "approval-sheet"])
def test_to_strangers_nothing_is_there(client, version, act):
    for stranger in strangers(version.deliverable.group).values():
        if not stranger.is_active:
            continue
        client.force_login(stranger)
        assert client.get(at(act, version)).status_code == 404
        assert client.post(at(act, version), approving(version)).status_code in {404, 405}
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_an_observer_reads_nothing_of_approvals_even_once_validated(client, version, people):
    yes(version, people["pilote"])
    client.force_login(people["observateur"])
    assert client.get(at("version-decide", version)).status_code == 403
    assert client.get(at("approval-sheet", version)).status_code == 403


def test_a_member_follows_and_decides_nothing(client, version, people):
    enter(client, people["membre"])
    response = client.get(at("version-decide", version))
    assert "Vous n’avez ni mandat de pilotage ni délégation" in text(response)
    assert "Approuver cette version" not in text(response)
    assert client.post(at("version-decide", version), approving(version)).status_code == 403
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_a_number_that_no_version_has_is_unknown(client, version, people):
    enter(client, people["pilote"])
    for number in (2, 10**12):
        where = reverse("version-decide", kwargs={"pk": version.deliverable_id, "number": number})
        assert client.get(where).status_code == 404


# --- Deciding ---------------------------------------------------------------


def test_the_page_says_what_is_decided_and_who_is_awaited(client, version, people):
    AcceptanceCriterion.objects.create(deliverable=version.deliverable, text="Chiffres vérifiés")
    enter(client, people["pilote"])
    response = client.get(at("version-decide", version))
    said = text(response)
    for word in (version.sha256, version.name, "Chiffres vérifiés", "Vous pouvez approuver malgré cela"):
        assert word in said
    for person in (people["pilote"], people["copilote"], version.author):
        assert person.get_full_name() in said
    assert "L’approbation de l’une de ces personnes suffit" in said
    assert at("version-file", version) in links(response)
    assert at("approval-sheet", version) in links(response)


def test_a_pilot_approves_in_one_step(client, version, people):
    enter(client, people["pilote"])
    response = client.post(at("version-decide", version), approving(version, reason="Très bien."), follow=True)
    assert "La version est approuvée." in text(response)
    assert states(version) == (ApprovalState.APPROVED, ApprovalState.APPROVED)
    approval = Approval.objects.get()
    assert (approval.sha256, approval.reason, approval.person) == (version.sha256, "Très bien.", people["pilote"])


def test_an_approval_that_awaits_others_says_so(client, version, people, group):
    demand_all(group)
    enter(client, people["pilote"])
    response = client.post(at("version-decide", version), approving(version), follow=True)
    assert "Il en manque encore." in text(response)
    assert "Cette version porte déjà cette approbation." in text(response)
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_a_pilot_asks_for_changes_with_a_reason(client, version, people):
    enter(client, people["pilote"])
    client.post(at("version-decide", version), asking(version, "Le chapitre 2 manque."))
    assert states(version)[0] == ApprovalState.CHANGES_ASKED
    assert Approval.objects.get().reason == "Le chapitre 2 manque."


def test_changes_without_a_reason_are_refused_beside_the_field(client, version, people):
    enter(client, people["pilote"])
    response = client.post(at("version-decide", version), asking(version, "  "))
    assert "Dites pourquoi." in response.context["form"].errors["reason"]
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_another_hash_approves_nothing(client, version, people):
    enter(client, people["pilote"])
    for sha256 in ("0" * 64, ""):
        response = client.post(at("version-decide", version), approving(version, sha256=sha256, reason="Gardez ceci"))
        assert response.status_code == 200
        assert not Approval.objects.exists()
        assert "Gardez ceci" in text(response)


def test_no_button_is_no_decision(client, version, people):
    enter(client, people["pilote"])
    response = client.post(at("version-decide", version), {"sha256": version.sha256, "reason": "?"})
    assert "Dites si vous approuvez" in text(response)
    assert not Approval.objects.exists()


def test_what_was_typed_survives_a_new_version(client, version, people):
    enter(client, people["pilote"])
    replaced(version, people)
    response = client.post(at("version-decide", version), asking(version, "Une longue explication"))
    assert "Une version plus récente a été déposée" in text(response)
    assert "Une longue explication" in text(response)


def test_each_obstacle_is_a_sentence_instead_of_the_form(client, deliverable, people):
    enter(client, people["pilote"])
    draft = a_version(deliverable, author=people["membre"])
    assert "brouillon" in text(client.get(at("version-decide", draft)))
    own = submitted_version(deliverable, b"Le mien", author=people["pilote"])
    page = client.get(at("version-decide", own))
    assert "ne l’approuve pas seul" in text(page)
    # They may still take it back, or ask for changes of their own work.
    assert at("version-withdraw", own) in links(page)
    yes(own, people["copilote"])
    assert "déjà approuvé" in text(client.get(at("version-decide", own)))


def test_a_recused_pilot_is_told_so(client, version, people):
    declare_recusal(deliverable=version.deliverable, reason="Mon entreprise répond", by=people["pilote"])
    enter(client, people["pilote"])
    page = client.get(at("version-decide", version))
    assert "Vous vous êtes déporté" in text(page)
    assert "Mon entreprise répond" in text(page)
    assert page.context["form"] is None


def test_a_borrower_approves_in_the_name_of_the_pilot(client, version, people, group):
    member = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=people["pilote"], borrower=member, permission=Permission.APPROVE)
    enter(client, member)
    page = client.get(at("version-decide", version))
    assert f"par délégation de {people['pilote'].get_full_name()}" in text(page)
    client.post(at("version-decide", version), approving(version))
    assert Approval.objects.get().voice == people["pilote"]


def test_who_has_several_capacities_chooses(client, version, people, group):
    demand_all(group)
    lent = DelegationFactory(
        group=group, lender=people["pilote"], borrower=people["copilote"], permission=Permission.APPROVE
    )
    enter(client, people["copilote"])
    field = client.get(at("version-decide", version)).context["form"].fields["capacity"]
    assert [key for key, _words in field.choices] == ["mandat", str(lent.pk)]
    client.post(at("version-decide", version), approving(version, capacity=str(lent.pk)))
    assert Approval.objects.get().voice == people["pilote"]
    client.post(at("version-decide", version), approving(version, capacity="mandat"))
    assert states(version)[0] == ApprovalState.APPROVED
    assert set(Approval.objects.values_list("voice", flat=True)) == {people["pilote"].pk, people["copilote"].pk}


def test_a_delegation_that_was_taken_back_meanwhile_is_no_choice(client, version, people, group):
    demand_all(group)
    lent = DelegationFactory(
        group=group, lender=people["pilote"], borrower=people["copilote"], permission=Permission.APPROVE
    )
    enter(client, people["copilote"])
    lent.revoked_at = version.deposited_at
    lent.save()
    client.post(at("version-decide", version), approving(version, capacity=str(lent.pk)))
    assert not Approval.objects.filter(voice=people["pilote"]).exists()


def test_voided_decisions_stay_visible(client, version, people):
    yes(version, people["pilote"])
    replaced(version, people)
    enter(client, people["membre"])
    said = text(client.get(at("version-decide", version)))
    assert "Caduque" in said
    assert "Une nouvelle version a été déposée" in said


def test_the_page_takes_as_many_queries_with_thirty_pilots(
    client, version, people, group, django_assert_max_num_queries
):
    enter(client, people["pilote"])
    with django_assert_max_num_queries(40) as one:
        client.get(at("version-decide", version))
    for _each in range(30):
        seat(Role.CO_PILOT, group)
        AcceptanceCriterion.objects.create(deliverable=version.deliverable, text="Critère")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(at("version-decide", version))


# --- Submitting and taking back ---------------------------------------------


def test_submitting_says_who_will_be_asked_then_asks(client, deliverable, people):
    draft = a_version(deliverable, author=people["membre"])
    enter(client, people["membre"])
    page = client.get(at("version-submit", draft))
    assert people["pilote"].get_full_name() in text(page)
    assert "L’approbation de l’une d’elles suffit" in text(page)
    client.post(at("version-submit", draft), {"version": page.context["form"].initial["version"]})
    draft.refresh_from_db()
    assert (draft.state, draft.submitted_by) == (ApprovalState.SUBMITTED, people["membre"])


def test_a_pilot_who_submits_is_not_among_those_asked(client, deliverable, people):
    draft = a_version(deliverable, author=people["membre"])
    enter(client, people["pilote"])
    page = client.get(at("version-submit", draft))
    assert [seat.person for seat in page.context["asked"]] == [people["copilote"]]


def test_submitting_what_is_no_draft_is_explained(client, version, people):
    enter(client, people["membre"])
    page = client.get(at("version-submit", version))
    assert "déjà soumise" in text(page)
    assert '<form method="post" class="form">' not in page.content.decode()


def test_a_draft_changed_meanwhile_is_not_submitted_unseen(client, deliverable, people):
    draft = a_version(deliverable, author=people["membre"])
    enter(client, people["membre"])
    response = client.post(at("version-submit", draft), {"version": "1"})
    assert "Une autre personne a enregistré des changements" in text(response)
    draft.refresh_from_db()
    assert draft.state == ApprovalState.DRAFT


def test_taking_back_says_what_it_voids(client, version, people, group):
    demand_all(group)
    yes(version, people["pilote"])
    enter(client, people["membre"])
    page = client.get(at("version-withdraw", version))
    assert "L’approbation déjà donnée devient caduque." in text(page)
    version.refresh_from_db()
    client.post(at("version-withdraw", version), {"version": page.context["form"].initial["version"]})
    assert states(version)[0] == ApprovalState.DRAFT
    assert Approval.objects.get().voided_at is not None


def test_a_member_who_has_no_part_in_it_takes_nothing_back(client, version, group):
    enter(client, seat(Role.MEMBER, group))
    page = client.get(at("version-withdraw", version))
    assert "Seuls qui a déposé ou soumis la version" in text(page)
    client.post(at("version-withdraw", version), {"version": ""})
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_guests_and_observers_submit_nothing(client, deliverable, people):
    draft = a_version(deliverable, author=people["membre"])
    for who, status in (("invite", 403), ("observateur", 404)):
        client.force_login(people[who])
        assert client.post(at("version-submit", draft), {"version": ""}).status_code == status
    draft.refresh_from_db()
    assert draft.state == ApprovalState.DRAFT


# --- Standing aside ---------------------------------------------------------


def test_a_pilot_stands_aside_and_comes_back(client, version, people):
    deliverable = version.deliverable
    enter(client, people["pilote"])
    assert "Vous déporter" in text(client.get(recusal_of(deliverable)))
    client.post(recusal_of(deliverable), {"act": "declare", "reason": "Mon entreprise répond"})
    assert Recusal.objects.get(lifted_at=None).reason == "Mon entreprise répond"
    assert "Mon entreprise répond" in text(client.get(recusal_of(deliverable)))
    client.post(recusal_of(deliverable), {"act": "lift"})
    assert not Recusal.objects.filter(lifted_at=None).exists()


def test_standing_aside_takes_a_reason(client, version, people):
    enter(client, people["pilote"])
    client.post(recusal_of(version.deliverable), {"act": "declare", "reason": " "})
    assert not Recusal.objects.exists()


def test_standing_aside_twice_is_said_rather_than_undone(client, version, people):
    """A second tab that still shows the first form must not lift what the first declared."""
    declare_recusal(deliverable=version.deliverable, reason="Premier motif", by=people["pilote"])
    enter(client, people["pilote"])
    response = client.post(recusal_of(version.deliverable), {"act": "declare", "reason": "Second motif"})
    assert "déjà déporté" in text(response)
    assert Recusal.objects.get(lifted_at=None).reason == "Premier motif"


def test_members_do_not_stand_aside(client, version, people):
    enter(client, people["membre"])
    assert client.get(recusal_of(version.deliverable)).status_code == 403
    assert client.post(recusal_of(version.deliverable), {"act": "declare", "reason": "x"}).status_code == 403


def test_withdrawn_versions_wait_for_nobody(client, version, people):
    withdraw(version=version, by=people["membre"])
    enter(client, people["pilote"])
    page = client.get(at("version-decide", version))
    assert "brouillon" in text(page)
    assert page.context["register"].awaited == []
