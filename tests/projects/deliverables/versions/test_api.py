from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from projects.access.enums import Permission, Role
from projects.deliverables.approvals import services as approvals
from projects.deliverables.enums import ApprovalState
from projects.deliverables.files.formats import Format
from projects.deliverables.files.scanner import Verdict as Scan
from projects.models import Approval, Deliverable, Version, VersionText
from tests.factories import AdministratorFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.factories.documents import docx, macro_docx, pdf, zip_bomb
from tests.factories.groups import DelegationFactory, WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db

PDF = pdf("Note de cadrage")


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(room):
    return DeliverableFactory(group=room[0], title="Feuille de route")


@pytest.fixture
def version(deliverable):
    return a_version(deliverable, author=None)


@pytest.fixture
def submitted(version, people):
    return approvals.submit(version=version, by=people["membre"])


@pytest.fixture
def member(people):
    return api_of(people["membre"])


@pytest.fixture
def pilot(people):
    return api_of(people["pilote"])


def versions_of(deliverable):
    return f"/api/v1/deliverables/{deliverable.pk}/versions/"


def at(version, rest=""):
    return f"/api/v1/versions/{version.pk}/{rest}"


def a_file(content=PDF, name="Note de cadrage.pdf", kind="application/pdf"):
    return SimpleUploadedFile(name, content, content_type=kind)


def deposited(api, deliverable, content=PDF, name="Note de cadrage.pdf", headers=None, **fields):
    body = {"file": a_file(content, name), **fields}
    return api.post(versions_of(deliverable), body, format="multipart", headers=headers or {})


def downloaded(api, version, **headers):
    """Read to its end, as whoever downloads does."""
    response = api.get(at(version, "content/"), headers=headers)
    if response.streaming:
        response.content_read = b"".join(response.streaming_content)
    return response


# --- Depositing ---


@pytest.mark.parametrize("role", Role)
def test_who_contributes_deposits(deliverable, people, role):
    response = deposited(api_of(people[role.value]), deliverable, note="Premier jet")
    if role in {Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER}:
        assert response.status_code == 201, response.json()
    else:
        problem(response, 404 if role == Role.OBSERVER else 403, "introuvable" if role == Role.OBSERVER else "interdit")
        assert not Version.objects.exists()


def test_deposit_answers_what_came_in(deliverable, people, member):
    response = deposited(member, deliverable, note="Premier jet")
    document = response.json()
    made = Version.objects.get()
    assert response["Location"].endswith(at(made))
    assert response["ETag"] == member.get(at(made))["ETag"]
    for name in ("deposited_at", "changed_at"):
        assert document.pop(name)
    assert document == {
        "id": str(made.pk),
        "deliverable": str(deliverable.pk),
        "number": 1,
        "name": "Note de cadrage.pdf",
        "format": "pdf",
        "size": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
        "note": "Premier jet",
        "author": str(people["membre"].pk),
        "author_name": people["membre"].get_full_name(),
        "capacity": made.capacity,
        "state": "brouillon",
        "submitted_by": None,
        "submitted_by_name": "",
        "submitted_at": None,
        "validated_at": None,
        "replaced_at": None,
        "scan": "sans_analyse",
        "threat": "",
        "text_state": "attente",
        "moves": ["submit"],
    }


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "vide.pdf"),
        (b"MZ\x90\x00programme", "note.pdf"),
        (PDF[: len(PDF) // 2], "note.pdf"),
        (macro_docx("x"), "note.docx"),
        (zip_bomb(), "note.docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "logo.svg"),
    ],
)
def test_refused_file_says_why_beside_its_field(deliverable, member, content, name):
    document = problem(deposited(member, deliverable, content, name), 400, "validation")
    (sentence,) = document["errors"]["file"]
    assert sentence.endswith((".", ")."))
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({}, "file"),
        ({"file": "du texte"}, "file"),
        ({"file": a_file(), "note": "x" * 501}, "note"),
        ({"file": a_file(), "number": "7"}, "number"),
    ],
)
def test_body_that_makes_no_sense_is_named(deliverable, member, body, at_fault):
    response = member.post(versions_of(deliverable), body, format="multipart")
    assert list(problem(response, 400, "validation")["errors"]) == [at_fault]
    assert not Version.objects.exists()


def test_file_comes_as_multipart_alone(deliverable, member):
    problem(member.post(versions_of(deliverable), {"file": "x"}, format="json"), 415, "type-non-pris-en-charge")


def test_path_in_the_name_leads_nowhere(deliverable, member):
    assert deposited(member, deliverable, name="../../etc/passwd.pdf").json()["name"] == "passwd.pdf"


def test_same_file_twice_is_refused_and_another_is_the_next_number(deliverable, member):
    assert deposited(member, deliverable).json()["number"] == 1
    assert list(problem(deposited(member, deliverable), 400, "validation")["errors"]) == ["file"]
    assert deposited(member, deliverable, docx("Autre"), "Note.docx").json()["number"] == 2
    assert [each["number"] for each in member.get(versions_of(deliverable)).json()["results"]] == [2, 1]


def test_same_key_and_same_file_deposit_once(deliverable, member):
    key = {"Idempotency-Key": "depot-1"}
    first, second = (deposited(member, deliverable, note="x", headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert second["ETag"] == first["ETag"]
    assert Version.objects.count() == 1


@pytest.mark.parametrize("changed", [{"content": pdf("Autre")}, {"name": "Autre.pdf"}, {"note": "Un autre mot"}])
def test_same_key_and_another_file_is_refused(deliverable, member, changed):
    key = {"Idempotency-Key": "depot-1"}
    assert deposited(member, deliverable, headers=key).status_code == 201
    problem(deposited(member, deliverable, headers=key, **changed), 409, "cle-reutilisee")
    assert Version.objects.count() == 1


def test_refused_deposit_frees_its_key_and_keeps_no_file(deliverable, member, people):
    key = {"Idempotency-Key": "depot-1"}
    assert deposited(member, deliverable, b"", headers=key).status_code == 400
    assert deposited(member, deliverable, headers=key).status_code == 201


def test_token_that_only_reads_deposits_nothing(deliverable, people):
    script = script_of(people["membre"], scope=Scope.READ)
    problem(deposited(script, deliverable), 403, "interdit")
    assert deposited(script_of(people["membre"], value="flr_writes"), deliverable).status_code == 201


def test_new_version_voids_the_approval_of_the_older_visibly(deliverable, people, member, submitted):
    approvals.approve(version=submitted, sha256=submitted.sha256, by=people["pilote"])
    assert deposited(member, deliverable).status_code == 201
    (decision,) = member.get(at(submitted, "approvals/")).json()["results"]
    assert (decision["voided_because"], decision["sha256"]) == ("remplacee", submitted.sha256)
    assert decision["voided_at"]
    old = member.get(at(submitted)).json()
    assert old["replaced_at"]
    assert old["moves"] == []


# --- Reading ---


@pytest.mark.parametrize("rest", ["", "content/", "text/", "opinions/", "approvals/"])
def test_version_does_not_exist_for_who_may_not_read_it(version, people, rest):
    strangers = (people["observateur"], AdministratorFactory(), seat(Role.PILOT, WorkingGroupFactory()))
    for person in strangers:
        problem(api_of(person).get(at(version, rest)), 404, "introuvable")
    problem(api_of().get(at(version, rest)), 401, "authentification")
    problem(api_of(people["membre"]).get(f"/api/v1/versions/1/{rest}"), 404, "introuvable")


def test_observers_read_validated_versions_and_not_what_was_said_of_them(deliverable, people, submitted):
    approvals.approve(version=submitted, sha256=submitted.sha256, by=people["pilote"])
    draft = deposited(api_of(people["membre"]), deliverable).json()
    observer = api_of(people["observateur"])
    (seen,) = observer.get(versions_of(deliverable)).json()["results"]
    assert (seen["number"], seen["replaced_at"], seen["moves"]) == (1, None, [])
    assert downloaded(observer, submitted).status_code == 200
    problem(observer.get(f"/api/v1/versions/{draft['id']}/"), 404, "introuvable")
    for rest in ("approvals/", "opinions/"):
        problem(observer.get(at(submitted, rest)), 403, "interdit")


def cost_of(api, address):
    api.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = api.get(address)
    assert response.status_code == 200
    return len(queries)


def test_list_costs_the_same_for_one_version_and_for_thirty(deliverable, people, member):
    a_version(deliverable, b"0")
    few = cost_of(member, versions_of(deliverable))
    for number in range(1, 30):
        a_version(Deliverable.objects.get(pk=deliverable.pk), f"{number}".encode())
    assert cost_of(member, versions_of(deliverable)) == few <= 12


def test_approvals_cost_the_same_for_one_and_for_thirty(submitted, people, member):
    approvals.request_changes(version=submitted, reason="Non", by=people["pilote"])
    few = cost_of(member, at(submitted, "approvals/"))
    for _ in range(29):
        Approval.objects.create(
            version=submitted,
            sha256=submitted.sha256,
            verdict="modifications",
            reason="x",
            person=seat(Role.PILOT, submitted.deliverable.group),
        )
    assert cost_of(member, at(submitted, "approvals/")) == few <= 12


def test_words_are_told_apart_from_the_version(version, member):
    document = member.get(at(version, "text/")).json()
    assert (document["state"], document["words"]) == ("lu", "Premier texte.")


# --- Handing out ---


def test_content_is_the_very_bytes_under_a_sensible_name(deliverable, member):
    made = deposited(member, deliverable, name="Étude d’impact.pdf").json()
    response = downloaded(member, Version.objects.get())
    assert response.content_read == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%C3%89tude%20d%E2%80%99impact%20-%20v1.pdf"
    )
    assert response["ETag"] == f'"{made["sha256"]}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-cache"


def test_content_that_is_known_is_not_sent_again(version, member):
    tag = downloaded(member, version)["ETag"]
    assert downloaded(member, version, **{"If-None-Match": tag}).status_code == 304
    assert downloaded(member, version, **{"If-None-Match": '"autre"'}).status_code == 200


@pytest.mark.parametrize("accept", ["application/pdf", "*/*", "text/html,application/xhtml+xml"])
def test_content_is_given_to_who_accepts_files_only(version, member, accept):
    assert downloaded(member, version, Accept=accept).status_code == 200
    if accept == "application/pdf":
        problem(member.get(at(version), headers={"Accept": accept}), 406, "format-refuse")


@pytest.mark.parametrize(("scan", "code"), [(Scan.INFECTED, "quarantined"), (Scan.WAITING, "being_scanned")])
def test_what_the_scanner_holds_back_is_not_handed_out(version, member, scan, code):
    Version.objects.filter(pk=version.pk).update(scan=scan, threat="Eicar")
    assert problem(member.get(at(version, "content/")), 409, "refus")["code"] == code
    tag = {"If-None-Match": f'"{version.sha256}"'}
    assert member.get(at(version, "content/"), headers=tag).status_code == 409


# --- The way to approval ---

ACTS = {
    "submit/": ({Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER}, {}),
    "withdraw/": ({Role.PILOT, Role.CO_PILOT, Role.MEMBER}, {}),
    "approve/": ({Role.PILOT, Role.CO_PILOT}, {"sha256": "the very one"}),
    "request-changes/": ({Role.PILOT, Role.CO_PILOT}, {"reason": "Chiffres à revoir"}),
}


@pytest.mark.parametrize("role", [each for each in Role if each != Role.OBSERVER])
@pytest.mark.parametrize("act", ACTS)
def test_each_act_belongs_to_who_may(version, people, role, act):
    whom, body = ACTS[act]
    if act != "submit/":
        approvals.submit(version=version, by=people["membre"])
    body = {**body, "sha256": version.sha256} if "sha256" in body else body
    response = api_of(people[role.value]).post(at(version, act), body)
    if role in whom:
        assert response.status_code == 200, response.json()
        assert response["ETag"]
    else:
        # A rapporteur could withdraw what they had submitted: the moment is refused, not the right.
        status = 409 if (role, act) == (Role.RAPPORTEUR, "withdraw/") else 403
        problem(response, status, "refus" if status == 409 else "interdit")


def test_whole_life_by_the_api(deliverable, people, member, pilot):
    made = deposited(member, deliverable).json()
    address = f"/api/v1/versions/{made['id']}/"
    assert member.post(f"{address}submit/").json()["state"] == "soumis"
    refused = pilot.post(f"{address}request-changes/", {"reason": "Chiffres à revoir"}).json()
    assert (refused["state"], refused["moves"]) == ("modifications_demandees", [])
    made = deposited(member, deliverable, pdf("Chiffres revus")).json()
    address = f"/api/v1/versions/{made['id']}/"
    member.post(f"{address}submit/")
    assert member.post(f"{address}withdraw/").json()["state"] == "brouillon"
    member.post(f"{address}submit/")
    approved = pilot.post(f"{address}approve/", {"sha256": made["sha256"].upper(), "reason": "Bravo"}).json()
    assert (approved["state"], bool(approved["validated_at"])) == ("approuve_pilotes", True)
    (decision,) = member.get(f"{address}approvals/").json()["results"]
    assert (decision["person"], decision["verdict"], decision["reason"]) == (
        str(people["pilote"].pk),
        "approuve",
        "Bravo",
    )
    assert decision["organisation_name"]
    assert member.get(f"/api/v1/deliverables/{deliverable.pk}/").json()["validated_version"]["id"] == made["id"]


def test_another_hash_is_refused(submitted, pilot):
    other = sha256(b"Autre chose").hexdigest()
    assert problem(pilot.post(at(submitted, "approve/"), {"sha256": other}), 409, "refus")["code"] == "other_content"
    assert list(problem(pilot.post(at(submitted, "approve/"), {}), 400, "validation")["errors"]) == ["sha256"]
    assert not Approval.objects.exists()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": None}, {"reason": "x" * 2001}])
def test_changes_are_asked_with_a_reason(submitted, pilot, body):
    response = pilot.post(at(submitted, "request-changes/"), body, format="json")
    assert list(problem(response, 400, "validation")["errors"]) == ["reason"]


def test_version_that_was_replaced_is_not_approved(deliverable, submitted, member, pilot):
    deposited(member, deliverable)
    response = pilot.post(at(submitted, "approve/"), {"sha256": submitted.sha256})
    assert problem(response, 409, "refus")["code"] == "not_now"


def test_pilot_does_not_approve_alone_what_they_submitted(version, people, pilot):
    assert "submit" in pilot.get(at(version)).json()["moves"]
    document = pilot.post(at(version, "submit/")).json()
    assert document["moves"] == ["withdraw", "request-changes"]
    problem(pilot.post(at(version, "approve/"), {"sha256": version.sha256}), 409, "refus")


def test_borrower_approves_by_the_loan_they_name(submitted, people):
    lent = DelegationFactory(
        group=submitted.deliverable.group,
        lender=people["pilote"],
        borrower=people["rapporteur"],
        permission=Permission.APPROVE,
    )
    api = api_of(people["rapporteur"])
    body = {"sha256": submitted.sha256, "capacity": "0193b0a0-0000-7000-8000-000000000000"}
    assert list(problem(api.post(at(submitted, "approve/"), body), 400, "validation")["errors"]) == ["capacity"]
    assert api.post(at(submitted, "approve/"), {**body, "capacity": str(lent.pk)}).status_code == 200
    decision = Approval.objects.get()
    assert (decision.person, decision.voice, decision.delegation) == (people["rapporteur"], people["pilote"], lent)


@pytest.mark.parametrize("act", ACTS)
def test_act_minds_the_version_that_was_read(version, people, pilot, act):
    if act != "submit/":
        approvals.submit(version=version, by=people["membre"])
    tag = pilot.get(at(version))["ETag"]
    approvals.submit(version=version, by=people["membre"]) if act == "submit/" else approvals.withdraw(
        version=version, by=people["pilote"]
    )
    body = {"sha256": version.sha256} if act == "approve/" else {"reason": "x"} if act == "request-changes/" else {}
    response = pilot.post(at(version, act), body, headers={"If-Match": tag})
    assert problem(response, 412, "version-perimee")["current"]["id"] == str(version.pk)


@pytest.mark.parametrize("act", ACTS)
def test_token_that_only_reads_decides_nothing(submitted, people, act):
    script = script_of(people["pilote"], scope=Scope.READ)
    problem(script.post(at(submitted, act), {"sha256": submitted.sha256, "reason": "x"}), 403, "interdit")
    submitted.refresh_from_db()
    assert submitted.state == ApprovalState.SUBMITTED


def test_repeated_approval_is_answered_once_done(submitted, pilot):
    body, key = {"sha256": submitted.sha256}, {"Idempotency-Key": "k"}
    first, second = (pilot.post(at(submitted, "approve/"), body, headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert Approval.objects.count() == 1


def test_acts_take_no_more_than_they_say(version, pilot):
    problem(pilot.post(at(version, "submit/"), {"why": "?"}), 400, "validation")
    problem(pilot.post(at(version, "approve/"), {"sha256": version.sha256, "force": True}), 400, "validation")
    problem(pilot.delete(at(version)), 405, "methode")
    problem(pilot.patch(at(version), {"note": "x"}), 405, "methode")


def test_text_of_a_version_is_never_carried_by_lists(deliverable, version, member):
    VersionText.objects.filter(version=version).update(words="mot " * 1000)
    with CaptureQueriesContext(connection) as queries:
        member.get(versions_of(deliverable))
    assert not [each for each in queries if '"words"' in each["sql"]]


def test_every_format_is_handed_out_under_its_own_type(version, member):
    for kind in Format:
        version.file.save("x", ContentFile(b"x"), save=False)
        Version.objects.filter(pk=version.pk).update(format=kind, name=f"note.{kind.extension}", file=version.file.name)
        response = downloaded(member, version)
        assert response["Content-Type"] == kind.media_type
        assert response["Content-Disposition"] == f'attachment; filename="note - v1.{kind.extension}"'


def test_a_file_over_the_limit_is_refused_in_a_sentence(people, deliverable, settings, monkeypatch):
    settings.UPLOAD_LIMIT = 1000
    monkeypatch.setattr("filiere.web.uploads.AROUND", 1000)
    body = {"file": SimpleUploadedFile("note.txt", b"x" * 5000)}
    answer = api_of(people[Role.MEMBER]).post(
        f"/api/v1/deliverables/{deliverable.pk}/versions/", body, format="multipart"
    )
    assert answer.status_code == 400
    assert answer.json()["errors"]["file"] == ["Ce fichier est trop gros\u00a0: 1000\u00a0octets au plus."]
    assert not Version.objects.exists()
