# Long because every way around one rule is read beside the others.
"""Ways around the rules of approval, tried one after the other: through another door, another hand, another moment."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.organisations.services import merge_organisations
from accounts.people.anonymisation import anonymise
from accounts.people.services import close_account
from filiere.archive.contents import saved_models
from filiere.archive.files import stored_files
from filiere.archive.restoring import restore
from filiere.archive.saving import save
from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.access.standing import standing_of
from projects.activity import guards
from projects.deliverables.approvals import bureau as in_bureau
from projects.deliverables.approvals.checking import check_file
from projects.deliverables.approvals.services import (
    approve,
    declare_recusal,
    lift_recusal,
    request_changes,
    settle_everywhere,
    submit,
    withdraw,
)
from projects.deliverables.enums import ApprovalState, Void
from projects.deliverables.opinions.services import ask
from projects.deliverables.services import change_deliverable
from projects.deliverables.versions.services import deposit_version
from projects.groups.enums import ApprovalRule
from projects.groups.mandates.services import change_mandate, end_mandate
from projects.groups.services import change_group
from projects.models import Approval, Deliverable, Membership, Opinion, Version, WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_file, a_group_at_work, submitted_version
from tests.factories.groups import MembershipFactory
from tests.filiere.api.shapes import problem
from tests.projects.deliverables.approvals.going import demand_all, refused, states, yes
from tests.projects.deliverables.stories import a_bureau, archive, borrower, story

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, CHANGES_ASKED = ApprovalState.DRAFT, ApprovalState.SUBMITTED, ApprovalState.CHANGES_ASKED
APPROVED = ApprovalState.APPROVED


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


@pytest.fixture
def version(deliverable, people):
    return submitted_version(deliverable, author=people["membre"])


def api_of(person):
    client = APIClient()
    client.force_login(person)
    return client


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


def decide(client, version, **fields):
    """As the page of the decision is answered."""
    address = reverse("version-decide", args=[version.deliverable_id, version.number])
    return client.post(address, {"sha256": version.sha256, "decision": "approve", "reason": "", **fields})


def standing(version):
    return Approval.objects.of_pilots().filter(version=version).count()


def next_version(version, by, content=b"Second texte."):
    return deposit_version(deliverable=Deliverable.objects.get(pk=version.deliverable_id), file=a_file(content), by=by)


# --- Twice, and through several doors ---------------------------------------


def test_same_voice_is_counted_once_whatever_the_door(version, group, people):
    demand_all(group)
    client, browser = api_of(people["pilote"]), browser_of(people["pilote"])
    assert decide(browser, version).status_code == 302
    again = decide(browser, version)
    assert (again.status_code, standing(version)) == (200, 1)
    body = {"sha256": version.sha256}
    problem(client.post(f"/api/v1/versions/{version.pk}/approve/", body, format="json"), 409, "refus")
    with pytest.raises(Refused):
        yes(version, people["pilote"])
    assert (standing(version), states(version)) == (1, (SUBMITTED, SUBMITTED))


def test_voice_that_was_heard_is_not_said_again_by_a_loan(version, group, people):
    demand_all(group)
    hand = borrower(group, people["pilote"])
    yes(version, people["pilote"])
    assert decide(browser_of(hand), version).status_code == 200
    assert (standing(version), states(version)) == (1, (SUBMITTED, SUBMITTED))


def test_database_refuses_a_second_standing_approval_of_one_voice(version, people):
    fields = {"version": version, "sha256": version.sha256, "verdict": "approuve", "voice": people["pilote"]}
    Approval.objects.create(person=people["pilote"], **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(person=people["copilote"], **fields)


def test_one_person_with_every_voice_but_the_author_s_still_needs_a_right_to_each(deliverable, group, people):
    """A member who borrowed from all of them brings all their voices, one by one, and none twice."""
    demand_all(group)
    version = submitted_version(deliverable, author=people["rapporteur"])
    hand = borrower(group, people["pilote"])
    MembershipFactory(group=group, person=seat(Role.PILOT, group), role=Role.MEMBER)  # who steers twice has one voice
    yes(version, hand)
    with pytest.raises(Refused):
        yes(version, hand)
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_kept_answer_of_an_approval_brings_no_approval_back(version, people):
    client = api_of(people["pilote"])
    asked = {"format": "json", "headers": {"Idempotency-Key": "une-fois"}}
    path, body = f"/api/v1/versions/{version.pk}/approve/", {"sha256": version.sha256}
    assert client.post(path, body, **asked).status_code == 200
    next_version(version, people["membre"])
    again = client.post(path, body, **asked)
    assert again["Idempotent-Replayed"] == "true"
    assert Approval.objects.standing().count() == 0


# --- In another hand, or without a right any more ---------------------------


def test_loan_of_a_recused_pilot_opens_no_door(version, deliverable, group, people):
    hand = borrower(group, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    client = api_of(hand)
    assert decide(browser_of(hand), version).status_code == 200
    problem(
        client.post(f"/api/v1/versions/{version.pk}/approve/", {"sha256": version.sha256}, format="json"), 409, "refus"
    )
    assert client.get(f"/api/v1/deliverables/{deliverable.pk}/").json()["moves"] == ["deposit"]
    assert standing(version) == 0


def test_recusal_takes_back_what_its_author_had_said(version, deliverable, group, people):
    """Neither as the only independent voice, nor by lifting it in between: who stands aside does so from the start."""
    demand_all(group)
    Version.objects.filter(pk=version.pk).update(author=people["copilote"])
    yes(version, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    yes(version, people["copilote"])
    assert states(version) == (SUBMITTED, SUBMITTED)
    lift_recusal(deliverable=deliverable, by=people["pilote"])
    assert states(version) == (SUBMITTED, SUBMITTED)
    voided = Approval.objects.get(person=people["pilote"])
    assert voided.voided_because == Void.RECUSED
    yes(version, people["pilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_recusal_takes_back_what_was_said_in_that_name_or_by_that_hand(version, deliverable, group, people):
    demand_all(group)
    hand = borrower(group, people["pilote"])
    yes(version, hand)
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    assert standing(version) == 0
    other = submitted_version(DeliverableFactory(group=group), author=people["membre"])
    lent = borrower(group, people["copilote"])
    yes(other, lent)
    declare_recusal(deliverable=other.deliverable, reason="Lien familial", by=lent)
    assert standing(other) == 0


def test_who_stands_aside_undoes_nothing_of_what_others_say(version, deliverable, group, people):
    """To take a version back voids the approvals of the others: that is deciding."""
    demand_all(group)
    aside = seat(Role.CO_PILOT, group)
    yes(version, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=aside)
    assert "déportés" in refused(withdraw, version=version, by=aside)
    assert (standing(version), states(version)) == (1, (SUBMITTED, SUBMITTED))
    withdraw(version=version, by=people["copilote"])
    assert standing(version) == 0


@pytest.mark.parametrize("rule", ApprovalRule)
def test_loan_of_the_author_never_makes_it_approved(deliverable, group, people, rule):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=rule)
    end_mandate(mandate=Membership.objects.get(person=people["copilote"]), by=None)
    version = submitted_version(deliverable, author=people["pilote"])
    hand = borrower(group, people["pilote"])
    decide(browser_of(hand), version)
    decide(browser_of(people["pilote"]), version)
    settle_everywhere()
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_submitter_is_an_author_too_and_taking_it_back_is_seen(deliverable, people):
    version = submitted_version(deliverable, author=people["membre"], submitted_by=people["pilote"])
    assert decide(browser_of(people["pilote"]), version).status_code == 200
    assert standing(version) == 0
    withdraw(version=version, by=people["pilote"])
    submit(version=version, by=people["membre"])
    yes(version, people["pilote"])
    assert [event.verb.removeprefix("deliverable.") for event in story(deliverable)] == [
        "version_withdrawn",
        "version_submitted",
        "version_approved",
    ]


def becomes(role):
    def change(mandate):
        Membership.objects.filter(pk=mandate.pk).update(ends_on="2099-01-01")  # a guest's has an end
        change_mandate(mandate=Membership.objects.get(pk=mandate.pk), role=role, by=None)

    return change


@pytest.mark.parametrize(
    ("leave", "status"),
    [
        (lambda mandate: end_mandate(mandate=mandate, by=None), 404),
        (lambda mandate: close_account(person=mandate.person, by=None), 302),
        (lambda mandate: archive(mandate.group), 403),
        (becomes(Role.MEMBER), 403),
        (becomes(Role.GUEST), 403),
        (becomes(Role.OBSERVER), 404),
    ],
)
def test_right_that_ended_a_moment_ago_approves_nothing(version, people, leave, status):
    """The page was open before."""
    client = browser_of(people["pilote"])
    shown = client.get(reverse("version-decide", args=[version.deliverable_id, version.number]))
    assert shown.status_code == 200
    leave(Membership.objects.select_related("group", "person").get(person=people["pilote"]))
    assert decide(client, version).status_code == status
    assert standing(version) == 0


def test_loan_falls_with_the_mandate_of_who_lent_it(version, group, people):
    hand = borrower(group, people["pilote"])
    end_mandate(mandate=Membership.objects.get(person=people["pilote"]), by=None)
    assert not standing_of(hand).may(Permission.APPROVE, group)
    assert decide(browser_of(hand), version).status_code == 403
    assert standing(version) == 0


def test_page_of_a_decision_takes_the_token_of_its_own_form(version, people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["pilote"])
    assert decide(client, version).status_code == 403
    assert standing(version) == 0


# --- Another content --------------------------------------------------------


def test_hash_is_that_of_the_content_however_it_is_pasted_and_of_no_other(version, people):
    for wrong in (
        "",
        version.sha256[:12],
        version.sha256[:-1],
        version.sha256 + "0",
        f"sha256:{version.sha256}",
        "0" * 64,
    ):
        with pytest.raises(Refused):
            approve(version=version, sha256=wrong, by=people["pilote"])
    assert standing(version) == 0
    approve(version=version, sha256=f"  {version.sha256.upper()}\n", by=people["pilote"])
    assert Approval.objects.get().sha256 == version.sha256


def test_page_shown_before_a_new_version_decides_about_neither(version, people):
    client = browser_of(people["pilote"])
    second = next_version(version, people["membre"])
    submit(version=second, by=people["membre"])
    for number in (version.number, second.number):
        address = reverse("version-decide", args=[version.deliverable_id, number])
        assert client.post(address, {"sha256": version.sha256, "decision": "approve"}).status_code == 200
    assert Approval.objects.count() == 0
    assert states(second) == (SUBMITTED, SUBMITTED)


def test_two_files_of_one_name_are_two_contents(deliverable, people):
    first = deposit_version(deliverable=deliverable, file=a_file(b"Un", "rapport.txt"), by=people["membre"])
    second = deposit_version(deliverable=deliverable, file=a_file(b"Deux", "rapport.txt"), by=people["membre"])
    assert first.name == second.name
    assert first.file.name != second.file.name
    for version, content in ((first, b"Un"), (second, b"Deux")):
        with Version.objects.get(pk=version.pk).file.open() as stream:
            assert stream.read() == content
    with pytest.raises(ValidationError):
        deposit_version(deliverable=deliverable, file=a_file(b"Deux", "autre.txt"), by=people["membre"])


@pytest.mark.parametrize("number", [0, 2, 2**31, 10**20])
def test_number_that_names_no_version_is_nothing(version, people, number):
    client = api_of(people["pilote"])
    for name in ("version", "version-file", "version-decide", "approval-sheet"):
        assert client.get(reverse(name, args=[version.deliverable_id, number])).status_code == 404
    assert client.get(reverse("version-compare", args=[version.deliverable_id, 1]), {"avec": number}).status_code == 404


# --- Through what is not an approval ----------------------------------------


@pytest.mark.parametrize("field", ["approval_state", "current", "validated", "current_version", "moves", "late"])
@pytest.mark.parametrize("role", ["pilote", "rapporteur"])
def test_state_is_no_field_to_write(version, people, field, role):
    client = api_of(people[role])
    path = f"/api/v1/deliverables/{version.deliverable_id}/"
    assert field in problem(client.patch(path, {field: "valide_bureau"}, format="json"), 400, "validation")["errors"]
    created = {"group": "antibioresistance", "title": "Neuf", field: "valide_bureau"}
    assert field in problem(client.post("/api/v1/deliverables/", created, format="json"), 400, "validation")["errors"]
    for name in ("state", "sha256", "validated_at", "author"):
        answer = client.patch(f"/api/v1/versions/{version.pk}/", {name: "valide_bureau"}, format="json")
        assert answer.status_code == 405
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_forms_take_no_state_along(version, people):
    client, pk = browser_of(people["pilote"]), version.deliverable_id
    page = client.get(reverse("deliverable-change", args=[pk])).content.decode()
    seen = re.search(r'name="version" value="(\d+)"', page)[1]
    extra = {"approval_state": "valide_bureau", "validated": version.pk, "current": "", "state": "valide_bureau"}
    fields = {"title": "Autre titre", "confidentiality": "groupe", "version": seen, **extra}
    assert client.post(reverse("deliverable-change", args=[pk]), fields).status_code == 302
    together = reverse("deliverables-together", args=["antibioresistance"])
    assert client.post(together, {"livrable": [pk], "progress": "finalise", **extra}).status_code == 302
    row = Deliverable.objects.get(pk=pk)
    assert (row.title, row.progress, row.validated) == ("Autre titre", "finalise", None)
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_administrator_who_pilots_approves_by_no_form_of_the_admin(version, group, people, client):
    person = AdministratorFactory(is_superuser=True)
    MembershipFactory(person=person, group=group, role=Role.PILOT)
    yes(version, people["pilote"])
    client.force_login(person)
    for model, row in (
        ("deliverable", version.deliverable),
        ("version", version),
        ("approval", Approval.objects.get()),
    ):
        for act in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
            answer = client.post(
                f"/admin/projects/{model}/{act}", {"approval_state": "valide_bureau", "state": "brouillon"}
            )
            assert answer.status_code == 403, (model, act)
        answer = client.post(f"/admin/projects/{model}/", {"action": "delete_selected", "_selected_action": [row.pk]})
        assert answer.status_code in {200, 302, 403}
    assert Approval.objects.standing().count() == 1
    assert states(version) == (APPROVED, APPROVED)


def test_opinions_and_finished_work_approve_nothing(version, people):
    ask(version=version, people=[people["pilote"]], by=people["membre"])
    client = api_of(people["pilote"])
    given = client.post(f"/api/v1/versions/{version.pk}/opinions/", {"kind": "favorable"}, format="json")
    assert given.status_code == 201
    path = f"/api/v1/deliverables/{version.deliverable_id}/"
    assert client.patch(path, {"progress": "finalise"}, format="json").status_code == 200
    assert states(version) == (SUBMITTED, SUBMITTED)


# --- By changing the rules meanwhile ----------------------------------------


def test_rule_that_changes_is_counted_from_then_on(version, group, people):
    """From all to one, what is said already suffices; and never the author's word alone."""
    demand_all(group)
    alone = submitted_version(DeliverableFactory(group=group), b"Autre.", author=people["pilote"])
    yes(alone, people["pilote"])
    yes(version, people["pilote"])
    assert (states(version), states(alone)) == ((SUBMITTED, SUBMITTED), (SUBMITTED, SUBMITTED))
    change_group(group=group, by=None, approval_rule=ApprovalRule.ANY)
    settle_everywhere()
    assert states(version) == (APPROVED, APPROVED)
    assert states(alone) == (SUBMITTED, SUBMITTED)


def test_rule_that_hardens_does_not_unmake_what_was_approved(version, group, people):
    yes(version, people["pilote"])
    change_group(group=group, by=None, approval_rule=ApprovalRule.ALL)
    settle_everywhere()
    assert states(version) == (APPROVED, APPROVED)
    assert standing(version) == 1


@pytest.mark.parametrize("before", [True, False])
def test_stages_do_not_change_once_it_is_approved(group, people, before):
    deliverable = DeliverableFactory(group=group, needs_bureau=before)
    version = submitted_version(deliverable, author=people["membre"])
    yes(version, people["pilote"])
    sentence = refused(change_deliverable, deliverable=deliverable, by=people["pilote"], needs_bureau=not before)
    assert "déjà approuvée" in sentence
    client = api_of(people["pilote"])
    path = f"/api/v1/deliverables/{deliverable.pk}/"
    problem(client.patch(path, {"needs_bureau": not before}, format="json"), 409, "refus")
    assert Deliverable.objects.get().needs_bureau is before


def test_position_of_the_comite_is_not_kept_from_the_bureau_afterwards(group, people):
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    version = submitted_version(deliverable, author=people["membre"])
    yes(version, people["pilote"])
    for level, college in (("restreint", ""), ("college", "industrie")):
        with pytest.raises(ValidationError) as caught:
            change_deliverable(deliverable=deliverable, by=people["pilote"], confidentiality=level, college=college)
        assert "needs_bureau" in caught.value.message_dict
        with pytest.raises(IntegrityError), transaction.atomic():
            Deliverable.objects.update(confidentiality=level, college=college)


def test_approval_outlives_another_level_and_another_name(version, deliverable, people):
    """What is around the content is not the content; the story tells of it."""
    yes(version, people["pilote"])
    change_deliverable(deliverable=deliverable, by=people["pilote"], confidentiality="restreint", title="Tout autre")
    assert states(version) == (APPROVED, APPROVED)
    told = story(deliverable)[-1].changes
    assert told["confidentiality"] == ["groupe", "restreint"]
    assert told["title"][1] == "Tout autre"


def test_bureau_decides_about_what_its_pilots_approved_and_nothing_else(group, people):
    bureau, keeper = a_bureau(contract=group.contract)
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    version = submitted_version(deliverable, author=people["membre"])
    asked = {"version": version, "bureau": bureau, "reference": "2026-01", "by": keeper}
    with pytest.raises(Refused):
        in_bureau.validate(**asked, sha256=version.sha256)
    yes(version, people["pilote"])
    with pytest.raises(Refused):
        in_bureau.validate(**asked, sha256="0" * 64)
    second = next_version(version, people["membre"])
    with pytest.raises(Refused):
        in_bureau.validate(**asked, sha256=version.sha256)
    assert states(second) == (DRAFT, DRAFT)
    assert Deliverable.objects.get(pk=deliverable.pk).validated is None


# --- By what happens to people and organisations ----------------------------


def test_organisations_that_merge_leave_the_approval_and_what_was_signed(version, people):
    yes(version, people["pilote"])
    old = Membership.objects.get(person=people["pilote"]).organisation
    kept = OrganisationFactory(college=old.college)
    capacity = Approval.objects.get().capacity
    merge_organisations(keep=kept, absorb=old, by=None)
    approval = Approval.objects.get()
    assert (approval.organisation, approval.capacity) == (kept, capacity)
    assert str(old) in capacity
    assert states(version) == (APPROVED, APPROVED)
    with Version.objects.get(pk=version.pk).file.open() as stream:
        assert check_file(stream).is_good


def test_organisations_that_both_contribute_become_one_contributor(deliverable):
    kept, absorbed = OrganisationFactory(), OrganisationFactory()
    deliverable.organisations.set([kept, absorbed])
    merge_organisations(keep=kept, absorb=absorbed, by=None)
    assert list(deliverable.organisations.all()) == [kept]


@pytest.fixture
def forget(django_capture_on_commit_callbacks, tasks_at_once):
    def forget(person):
        with django_capture_on_commit_callbacks(execute=True):
            anonymise(person=person, confirmation=person.email, by=None)

    return forget


def test_approval_survives_the_name_of_who_gave_it(version, deliverable, people, forget):
    deliverable.owners.add(people["pilote"])
    yes(version, people["pilote"])
    name = people["pilote"].get_full_name()
    forget(people["pilote"])
    assert states(version) == (APPROVED, APPROVED)
    assert (standing(version), Approval.objects.get().person_id) == (1, people["pilote"].pk)
    member = api_of(people["membre"])
    for address in (
        reverse("deliverable", args=[deliverable.pk]),
        reverse("version-decide", args=[deliverable.pk, version.number]),
        reverse("group-deliverables", args=["antibioresistance"]),
        f"/api/v1/versions/{version.pk}/approvals/",
    ):
        page = member.get(address)
        assert page.status_code == 200
        assert name not in page.content.decode(), address
        assert "anonymisée" in page.content.decode(), address


def test_who_was_awaited_and_is_forgotten_is_waited_for_no_more(version, group, people, forget):
    demand_all(group)
    asked = ask(version=version, people=[people["copilote"]], by=people["membre"])
    yes(version, people["pilote"])
    forget(people["copilote"])
    assert states(version) == (APPROVED, APPROVED)
    [opinion] = asked
    assert Opinion.objects.get(pk=opinion.pk).withdrawn_at is not None


def test_account_that_is_closed_is_waited_for_no_more(version, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    close_account(person=people["copilote"], by=None)
    settle_everywhere()
    assert states(version) == (APPROVED, APPROVED)


def test_pilot_who_closed_everybody_else_out_is_still_not_alone(deliverable, group, people):
    """The last one left is the author: nobody approves, and it is said."""
    demand_all(group)
    version = submitted_version(deliverable, author=people["pilote"])
    yes(version, people["pilote"])
    close_account(person=people["copilote"], by=None)
    settle_everywhere()
    assert states(version) == (SUBMITTED, SUBMITTED)
    page = api_of(people["pilote"]).get(reverse("deliverable", args=[deliverable.pk]))
    assert "Personne ne peut approuver cette version" in page.content.decode()


def test_changes_asked_by_somebody_who_left_still_hold(version, people):
    request_changes(version=version, reason="À revoir", by=people["pilote"])
    end_mandate(mandate=Membership.objects.get(person=people["pilote"]), by=None)
    with pytest.raises(Refused):
        yes(version, people["copilote"])
    assert states(version) == (CHANGES_ASKED, CHANGES_ASKED)


# --- By putting an older state back -----------------------------------------


@pytest.mark.django_db(transaction=True)
def test_restored_archive_holds_the_approval_its_file_and_who_may_read_it(tmp_path, version, deliverable, people):
    change_deliverable(deliverable=deliverable, by=people["pilote"], confidentiality="restreint")
    yes(version, people["pilote"])
    audience = Deliverable.objects.get().audience
    save(tmp_path / "archive.zip", report=lambda line: None)
    _wipe()
    restore(tmp_path / "archive.zip", report=lambda line: None)
    row, back = Deliverable.objects.get(), Version.objects.get()
    assert (row.current, row.validated, row.audience) == (back, back, audience)
    assert Approval.objects.get().sha256 == back.sha256
    assert [person.pk for person in (people["pilote"], people["membre"]) if _reads(person)] == [people["pilote"].pk]
    with back.file.open() as stream:
        assert check_file(stream).is_good
    for name in list(stored_files()):
        default_storage.delete(name)


def _reads(person):
    return Deliverable.objects.visible_to(person).exists()


def _wipe():
    guards.lift(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        for model in saved_models():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
    guards.put_up(connection)
    for name in list(stored_files()):
        default_storage.delete(name)
