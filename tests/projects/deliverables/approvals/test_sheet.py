"""The approval sheet: what it says, to whom, and that nothing anybody wrote breaks it."""

import io
import json
import time

import pypdf
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission, Role
from projects.deliverables.approvals import sheet
from projects.deliverables.approvals.bureau import validate
from projects.deliverables.approvals.register import Register
from projects.deliverables.approvals.seal import Facts, seal, unseal
from projects.deliverables.versions.services import deposit_version
from projects.models import AcceptanceCriterion, Deliverable, Version
from tests.factories.access import seat
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.approvals.going import demand_all, yes
from tests.projects.deliverables.stories import a_bureau

HOSTILE = [
    '#panic("non") #import "x" $x^2$ *gras* _italique_ `code` <étiquette> @ref // commentaire /* */',
    '"] ) } \\ #sys.inputs.facts #read("/etc/passwd")',
    "= Titre\n- liste\n#set page(width: 1pt)",
    "日本語 🎉 العربية e\u0301 \u200b \u202e retourné \ud83d",
    "<script>alert(1)</script> & %(title)s %s {facts}",
    "x" * 300,
]


def read(version):
    """As a PDF reader reads it, in one line: a hash or a word may be cut where a line ends."""
    document = pypdf.PdfReader(io.BytesIO(sheet.sheet_of(version)))
    words = " ".join(page.extract_text() for page in document.pages)
    return document, " ".join(words.replace("\u200b", "").split())


def fresh(version):
    return Version.objects.select_related("deliverable__group").get(pk=version.pk)


def seal_in(document):
    return unseal(document.metadata["/Keywords"])


def dense(words):
    return words.replace(" ", "")


@pytest.mark.django_db
def test_it_says_who_approved_what_for_whom_and_when(version, people, group):
    demand_all(group)
    deliverable = version.deliverable
    AcceptanceCriterion.objects.create(deliverable=deliverable, text="Chiffres vérifiés", met=True)
    AcceptanceCriterion.objects.create(deliverable=deliverable, text="Relu par le réseau")
    member = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=people["copilote"], borrower=member, permission=Permission.APPROVE)
    yes(version, people["pilote"], reason="Rien à redire")
    yes(version, member)
    version.refresh_from_db()
    _document, said = read(version)
    for word in (
        deliverable.title,
        group.name,
        "texte.txt",
        "Chiffres vérifiés Satisfait",
        "Relu par le réseau Non satisfait",
        "Rien à redire",
        "Version courante, approuvée par ses pilotes.",
        people["pilote"].get_full_name(),
        f"Au nom de : {people['copilote'].get_full_name()}",
        people["pilote"].mandates.get().organisation.name,
        "par délégation",
    ):
        assert word in said, word
    # Of the file, and beside each approval.
    assert dense(said).count(version.sha256) == 3


@pytest.mark.django_db
def test_it_is_tagged_in_french_and_titled(version, people):
    document, _said = read(version)
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"].startswith("fr")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert document.metadata.title == version.deliverable.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.django_db
def test_what_no_longer_counts_is_marked_so(version, people):
    yes(version, people["pilote"])
    version.refresh_from_db()
    new = ContentFile(b"Un autre texte.", "suite.txt")
    deposit_version(deliverable=version.deliverable, file=new, by=people["membre"])
    version = fresh(version)
    _document, said = read(version)
    assert "CADUQUE — Approuvé" in said
    assert "Cette version a été remplacée" in said
    assert "Une nouvelle version a été déposée" in said


@pytest.mark.django_db
def test_the_bureau_s_decision_stands_on_it(version, people):
    bureau, keeper = a_bureau(contract=version.deliverable.group.contract)
    Deliverable.objects.filter(pk=version.deliverable_id).update(needs_bureau=True)
    version.refresh_from_db()
    yes(version, people["pilote"])
    version.refresh_from_db()
    assert "Le Bureau ne s’est pas prononcé." in read(version)[1]
    validate(version=version, sha256=version.sha256, bureau=bureau, reference="B-2026-4", by=keeper)
    version.refresh_from_db()
    said = read(version)[1]
    assert "Décision n° B-2026-4" in said
    assert "validée par le Bureau" in said


@pytest.mark.django_db
@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_people_write_is_markup(version, people, words):
    for model, fields in (
        (Deliverable, {"title": words[:300], "code": ""}),
        (type(version), {"name": words[:200], "note": words}),
    ):
        model.objects.filter(pk__in=[version.pk, version.deliverable_id]).update(
            **{name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
        )
    AcceptanceCriterion.objects.create(
        deliverable=version.deliverable, text=words.encode("utf-8", "replace").decode()[:500]
    )
    yes(version, people["pilote"], reason=words.encode("utf-8", "replace").decode())
    version.refresh_from_db()
    document, said = read(version)
    assert dense(sheet.drawn(words.encode("utf-8", "replace").decode()))[:40] in dense(said)
    assert document.metadata["/Keywords"]


@settings(max_examples=25, deadline=None)
@given(words=st.text(max_size=80))
def test_any_text_can_be_drawn(words):
    content = {
        "title": sheet.drawn(words) or "—",
        "short": "x",
        "conclusion": sheet.drawn(words),
        "about": [[sheet.drawn(words), sheet.drawn(words), True]],
        "criteria": [[sheet.drawn(words), "x"]],
        "sections": [],
        "seal": "x",
        "how": [],
        "codes": [],
        "words": dict.fromkeys(("house", "heading", "description", "criteria", "no_criteria", "check"), "x")
        | {"what": ["x", "y"], "criteria_columns": ["x", "y"]},
    }
    assert sheet._compiled(content, 0).startswith(b"%PDF-")


def test_every_sign_it_keeps_has_a_drawing():
    kept = "".join(chr(code) for first, last in sheet.DRAWN for code in range(first, last + 1)) + "".join(sheet.SIGNS)
    test_any_text_can_be_drawn.hypothesis.inner_test(words=kept)


def test_signs_that_no_font_draws_are_named_by_their_number():
    assert sheet.drawn("Été 🎉 « ok »") == "Été [U+1F389] « ok »"
    assert sheet.drawn("a\u202eb\u0000c\nd") == "abc d"


@pytest.mark.django_db
def test_its_seal_certifies_the_facts_and_nothing_that_was_changed(version, people):
    yes(version, people["pilote"])
    version.refresh_from_db()
    document, said = read(version)
    facts = seal_in(document)
    assert facts.version == str(version.pk)
    assert facts.sha256 == version.sha256
    assert [verdict for _pk, verdict, _void in facts.decisions] == ["approuve"]
    code = document.metadata["/Keywords"]
    assert dense(code) in dense(said)
    assert unseal(code[:-1] + ("A" if code[-1] != "A" else "B")) is None
    assert unseal("x" + code) is None
    assert unseal("") is None


@pytest.mark.django_db
def test_a_seal_made_with_another_key_is_not_ours(version, settings):
    code = read(version)[0].metadata["/Keywords"]
    settings.SECRET_KEY = "another-key-that-is-long-enough-to-be-one-and-unlike-ours"
    assert unseal(code) is None


@pytest.mark.django_db
def test_facts_survive_the_way_there_and_back(version, people):
    yes(version, people["pilote"])
    facts = Facts.of(Register.of(version, version.deliverable))
    assert unseal(seal(facts)) == facts
    assert json.dumps(facts.decisions)


@pytest.mark.django_db
def test_it_is_made_while_one_waits(version, people, group):
    demand_all(group)
    for number in range(30):
        AcceptanceCriterion.objects.create(deliverable=version.deliverable, text=f"Critère {number}")
        yes(version, seat(Role.CO_PILOT, group))
    sheet.sheet_of(version)
    began = time.perf_counter()
    sheet.sheet_of(version)
    assert time.perf_counter() - began < 1


# --- Its page ---------------------------------------------------------------


def at(version):
    return reverse("approval-sheet", kwargs={"pk": version.deliverable_id, "number": version.number})


@pytest.mark.django_db
def test_who_follows_the_work_takes_it_away(client, version, people):
    client.force_login(people["membre"])
    response = client.get(at(version))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('attachment; filename="fiche-d-approbation-v1')
    assert response.content.startswith(b"%PDF-")
    assert client.post(at(version)).status_code == 405


@pytest.mark.django_db
def test_of_what_another_college_keeps_it_does_not_exist(client, version, group):
    Deliverable.objects.filter(pk=version.deliverable_id).update(
        confidentiality=Confidentiality.COLLEGE, college=College.INDUSTRY
    )
    client.force_login(seat(Role.MEMBER, group, college=College.STATE))
    assert client.get(at(version)).status_code == 404
