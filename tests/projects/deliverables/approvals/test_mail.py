"""Who is written to about an approval, what the letter says, and that it leaves once."""

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from kombu.exceptions import OperationalError

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission, Role
from projects.deliverables.approvals import mail as letters
from projects.deliverables.approvals.bureau import send_back, validate
from projects.deliverables.approvals.services import declare_recusal, request_changes, submit, withdraw
from projects.deliverables.tasks import tell_awaited
from projects.deliverables.versions.services import deposit_version
from projects.models import Approval, Deliverable
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_version
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.approvals.going import demand_all, yes
from tests.projects.deliverables.stories import a_bureau

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(group, people):
    deliverable = DeliverableFactory(group=group, title="État des lieux des <résistances>")
    return a_version(deliverable, author=people["membre"], note="Chiffres de 2025 & 2026")


@pytest.fixture(autouse=True)
def _at_once(tasks_at_once):
    pass


@pytest.fixture
def done(django_capture_on_commit_callbacks):
    """Does it, commits it, and answers the letters that left, by address."""

    def done(act, *args, **fields):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(*args, **fields)
        return {message.to[0]: message for message in mail.outbox}

    return done


def to(people, *names):
    return {people[name].email for name in names}


def test_those_who_are_awaited_are_told_with_the_way_to_the_decision(draft, people, done):
    found = done(submit, version=draft, by=people["membre"])
    assert set(found) == to(people, "pilote", "copilote")
    letter = found[people["pilote"].email]
    group = draft.deliverable.group.name
    assert letter.subject == f"À approuver\u00a0: «\u00a0État des lieux des <résistances>\u00a0» ({group})"
    assert f"/livrables/{draft.deliverable_id}/versions/1/decision/" in letter.body
    assert "État des lieux des <résistances>" in letter.body
    assert "Chiffres de 2025 & 2026" in letter.body
    assert draft.sha256 in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("level", [Confidentiality.RESTRICTED, Confidentiality.COLLEGE])
def test_the_title_of_what_is_kept_from_some_stays_out_of_the_mail(draft, people, done, level):
    college = College.INDUSTRY if level == Confidentiality.COLLEGE else ""
    Deliverable.objects.filter(pk=draft.deliverable_id).update(confidentiality=level, college=college)
    draft.refresh_from_db()
    author = people["pilote" if level == Confidentiality.RESTRICTED else "membre"]
    found = done(submit, version=draft, by=author)
    assert found
    found |= done(request_changes, version=draft, reason="Le secret des <résistances>", by=people["copilote"])
    for letter in found.values():
        assert "un livrable restreint" in letter.subject
        for hidden in ("résistances", "texte.txt", "Chiffres"):
            assert hidden not in letter.subject + letter.body


def test_a_pilot_of_another_college_is_told_nothing(draft, people, done, group):
    Deliverable.objects.filter(pk=draft.deliverable_id).update(
        confidentiality=Confidentiality.COLLEGE, college=College.INDUSTRY
    )
    draft.refresh_from_db()
    outside = seat(Role.CO_PILOT, group, college=College.STATE)
    assert outside.email not in done(submit, version=draft, by=people["membre"])


def test_borrowers_are_told_for_whom_they_decide(draft, people, done, group):
    member = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=people["pilote"], borrower=member, permission=Permission.APPROVE)
    found = done(submit, version=draft, by=people["membre"])
    assert f"au nom de\u00a0: {people['pilote'].get_full_name()}" in found[member.email].body


def test_neither_authors_nor_recused_nor_suspended_pilots_are_asked(draft, people, done, group):
    declare_recusal(deliverable=draft.deliverable, reason="Conflit", by=people["copilote"])
    suspended = seat(Role.CO_PILOT, group)
    suspended.is_active = False
    suspended.save()
    assert set(done(submit, version=draft, by=people["membre"])) == to(people, "pilote")


def test_who_submitted_is_not_asked_by_mail_even_where_all_are(draft, people, done, group):
    demand_all(group)
    assert set(done(submit, version=draft, by=people["pilote"])) == to(people, "copilote")


def test_a_version_taken_back_before_the_task_runs_asks_nobody(draft, people, done):
    submit(version=draft, by=people["membre"])
    withdraw(version=draft, by=people["membre"])
    mail.outbox.clear()
    letters.mail_awaited(draft.pk)
    assert mail.outbox == []


def test_a_repeated_task_writes_once_and_a_second_submission_writes_again(draft, people, done):
    assert done(submit, version=draft, by=people["membre"])
    letters.mail_awaited(draft.pk)
    assert len(mail.outbox) == 2
    withdraw(version=draft, by=people["membre"])
    assert set(done(submit, version=draft, by=people["membre"])) == to(people, "pilote", "copilote")


def test_a_mail_server_that_fails_half_way_is_asked_again_for_the_rest(draft, people, done, monkeypatch):
    submit(version=draft, by=people["membre"])
    mail.outbox.clear()
    sent, send = [], EmailMessage.send

    def failing(message, *args, **kwargs):
        if len(sent) == 1 and message.to[0] not in sent:
            sent.append("down")
            raise OSError("down")
        sent.append(message.to[0])
        return send(message)

    monkeypatch.setattr("projects.deliverables.letters.EmailMessage.send", failing)
    with pytest.raises(OSError, match="down"):
        letters.mail_awaited(draft.pk)
    letters.mail_awaited(draft.pk)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(to(people, "pilote", "copilote"))


def test_changes_asked_reach_author_submitter_and_owners_with_the_reason(draft, people, done, group):
    owner, gone = seat(Role.MEMBER, group), seat(Role.MEMBER, group)
    draft.deliverable.owners.set([owner, gone, people["copilote"]])
    gone.mandates.update(ends_on="2024-06-01")
    gone.is_active = False
    gone.save()
    submit(version=draft, by=people["rapporteur"])
    found = done(request_changes, version=draft, reason="Citez vos sources.", by=people["copilote"])
    assert set(found) == {owner.email} | to(people, "membre", "rapporteur")
    letter = found[people["membre"].email]
    assert letter.subject.startswith("Modifications demandées\u00a0:")
    assert "Citez vos sources." in letter.body
    assert people["copilote"].get_full_name() in letter.body


def test_changes_asked_of_what_was_replaced_since_are_no_news(draft, people, done):
    submit(version=draft, by=people["membre"])
    request_changes(version=draft, reason="Citez vos sources.", by=people["pilote"])
    asked = Approval.objects.get()
    deposit_version(deliverable=draft.deliverable, file=ContentFile(b"Autre", "b.txt"), by=people["membre"])
    mail.outbox.clear()
    letters.mail_decision(asked.pk)
    assert mail.outbox == []


def test_the_last_approval_is_told_and_not_the_first(draft, people, done, group):
    demand_all(group)
    submit(version=draft, by=people["membre"])
    assert done(yes, draft, people["pilote"]) == {}
    found = done(yes, draft, people["copilote"])
    assert set(found) == to(people, "membre")
    assert "toutes les approbations qu’il lui faut" in found[people["membre"].email].body


def test_an_approval_that_a_departure_completes_is_told_too(draft, people, done, group):
    demand_all(group)
    submit(version=draft, by=people["membre"])
    yes(draft, people["pilote"])
    found = done(declare_recusal, deliverable=draft.deliverable, reason="Conflit", by=people["copilote"])
    assert set(found) == to(people, "membre")


def test_the_bureau_s_word_is_told_with_its_number(draft, people, done):
    bureau, keeper = a_bureau(contract=draft.deliverable.group.contract)
    Deliverable.objects.filter(pk=draft.deliverable_id).update(needs_bureau=True)
    draft.refresh_from_db()
    submit(version=draft, by=people["membre"])
    found = done(yes, draft, people["pilote"])
    assert "attend maintenant d’être validée par le Bureau" in found[people["membre"].email].body
    about = {"version": draft, "sha256": draft.sha256, "bureau": bureau, "by": keeper}
    found = done(send_back, reason="À préciser", reference="B-2026-3", **about)
    assert "B-2026-3" in found[people["membre"].email].body
    assert "À préciser" in found[people["membre"].email].body


def test_a_validation_is_told(draft, people, done):
    bureau, keeper = a_bureau(contract=draft.deliverable.group.contract)
    Deliverable.objects.filter(pk=draft.deliverable_id).update(needs_bureau=True)
    draft.refresh_from_db()
    submit(version=draft, by=people["membre"])
    yes(draft, people["pilote"])
    found = done(validate, version=draft, sha256=draft.sha256, bureau=bureau, reference="B-2026-4", by=keeper)
    assert found[people["membre"].email].subject.startswith("Validé par le Bureau\u00a0:")


def test_who_had_approved_learns_that_a_new_version_voids_it(draft, people, done):
    submit(version=draft, by=people["membre"])
    yes(draft, people["pilote"])
    new = ContentFile(b"Un autre texte.", "b.txt")
    found = done(deposit_version, deliverable=draft.deliverable, file=new, by=people["membre"], note="Tout revu")
    assert set(found) == to(people, "pilote")
    letter = found[people["pilote"].email]
    assert letter.subject.startswith("Votre approbation ne vaut plus\u00a0:")
    assert draft.sha256 in letter.body
    assert "Tout revu" in letter.body
    assert "/versions/2/decision/" in letter.body
    letters.mail_replaced(draft.pk)
    assert len(mail.outbox) == 1


def test_a_deposit_that_voids_nothing_writes_to_nobody(draft, people, done):
    new = ContentFile(b"Un autre texte.", "b.txt")
    assert done(deposit_version, deliverable=draft.deliverable, file=new, by=people["membre"]) == {}


def test_a_broker_that_is_away_spoils_no_act(draft, people, done, monkeypatch):
    def away(*args):
        raise OperationalError

    monkeypatch.setattr(tell_awaited, "delay", away)
    assert done(submit, version=draft, by=people["membre"]) == {}
    draft.refresh_from_db()
    assert draft.state == "soumis"
