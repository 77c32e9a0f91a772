import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from filiere.web import uploads
from projects.access.enums import Role
from projects.deliverables import following
from projects.deliverables.approvals.services import approve, submit
from projects.deliverables.enums import TextState
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.versions.services import deposit_version
from projects.models import Deliverable, Version, VersionText
from tests.factories.access import seat
from tests.factories.deliverables import (
    DeliverableFactory,
    a_file,
    a_group_at_work,
    a_version,
    submitted_version,
    validated_version,
)
from tests.factories.documents import pdf, png
from tests.projects.deliverables.reading import page
from tests.projects.deliverables.stories import a_bureau, archive, strangers
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

BELOW = ["version", "version-file", "version-preview", "version-compare"]


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
    return DeliverableFactory(group=group, title="Feuille de route")


def deposit(client, deliverable, content=b"Un texte.", name="note.txt", *, note="", shown=None, **headers):
    """As the form is shown, then sent."""
    address = reverse("version-deposit", args=[deliverable.pk])
    if shown is None:
        shown = client.get(address).context["form"]["shown"].value()
    typed = {"shown": shown, "note": note}
    if content is not None:
        typed["file"] = SimpleUploadedFile(name, content)
    return client.post(address, typed, headers=headers)


def handed_in(deliverable, content, name, by):
    return deposit_version(deliverable=deliverable, file=a_file(content, name), by=by)


def body(response):
    """All of it; reading to the end closes the file."""
    return b"".join(response.streaming_content)


# --- The doors ---


def test_deposit_is_for_those_who_contribute(client, deliverable, people):
    opened = set()
    for role, person in people.items():
        enter(client, person)
        status = page(client, deliverable, "version-deposit").status_code
        assert status in ({200, 403} if role != "observateur" else {404}), role
        opened |= {role} if status == 200 else set()
    assert opened == {"pilote", "copilote", "rapporteur", "membre"}


def test_deposit_refuses_those_who_only_look_on(client, deliverable, people):
    for role, status in (("invite", 403), ("observateur", 404)):
        enter(client, people[role])
        assert deposit(client, deliverable, shown="0").status_code == status
    assert not Version.objects.exists()


@pytest.mark.parametrize("name", BELOW)
def test_version_hidden_and_unknown_are_the_same(client, deliverable, people, name):
    a_version(deliverable)
    a_version(deliverable, b"Autre texte.")
    for who, person in {**strangers(deliverable.group), "observer": people["observateur"]}.items():
        if not person.is_active:
            continue
        enter(client, person)
        hidden = page(client, deliverable, name, 2)
        never = page(client, Deliverable(), name, 2)
        assert (hidden.status_code, never.status_code) == (404, 404), who
        assert _without_ids(hidden) == _without_ids(never), who


def _without_ids(response):
    return text(response).replace(response["X-Request-ID"], "")


@pytest.mark.parametrize("name", BELOW)
@pytest.mark.parametrize("number", [0, 3, 2**31, 10**25])
def test_version_that_never_was_does_not_exist(client, deliverable, people, name, number):
    a_version(deliverable)
    enter(client, people["membre"])
    assert page(client, deliverable, name, number).status_code == 404


def test_observer_reads_and_takes_the_validated_one_alone(client, deliverable, people):
    validated_version(deliverable)
    a_version(deliverable, b"Brouillon.")
    enter(client, people["observateur"])
    seen = page(client, deliverable, "version", 1)
    assert seen.status_code == 200
    assert "Remplacée" not in text(seen)
    assert "Version 2" not in text(seen)
    assert body(page(client, deliverable, "version-file", 1)) == b"Texte approuve."
    for name in BELOW:
        assert page(client, deliverable, name, 2).status_code == 404
    compared = client.get(reverse("version-compare", args=[deliverable.pk, 1]), {"avec": "2"})
    assert compared.status_code == 404


def test_bureau_takes_the_version_brought_before_it(client, deliverable, people):
    _bureau, keeper = a_bureau(contract=deliverable.group.contract)
    Deliverable.objects.filter(pk=deliverable.pk).update(needs_bureau=True)
    deliverable.refresh_from_db()
    a_version(deliverable, b"Brouillon.")
    version = submitted_version(deliverable, b"Soumis.")
    enter(client, keeper)
    assert page(client, deliverable, "version-file", 2).status_code == 404
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    assert body(page(client, deliverable, "version-file", 2)) == b"Soumis."
    assert page(client, deliverable, "version", 1).status_code == 404


# --- Deposit ---


def test_file_is_deposited_with_its_note(client, deliverable, people):
    enter(client, people["membre"])
    response = deposit(client, deliverable, note="Premier jet")
    assert response["Location"] == reverse("deliverable", args=[deliverable.pk])
    version = Version.objects.get()
    assert (version.number, version.note, version.author, version.name) == (
        1,
        "Premier jet",
        people["membre"],
        "note.txt",
    )


def test_script_is_told_where_to_go(client, deliverable, people):
    enter(client, people["membre"])
    response = deposit(client, deliverable, **{"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == reverse("deliverable", args=[deliverable.pk])
    assert "La version 1 est déposée." in text(client.get(response["HX-Redirect"]))


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "note.txt", "Ce fichier est vide."),
        (b"MZ\x90\x00\x03" + bytes(200), "note.pdf", "Ce fichier est un programme"),
        (b"%PDF-1.7 coup", "note.pdf", "abîmé ou incomplet"),
        (None, "", "Ce champ est obligatoire"),
    ],
)
def test_refused_file_says_why_beside_its_field_and_keeps_the_note(client, deliverable, people, content, name, why):
    enter(client, people["membre"])
    response = deposit(client, deliverable, content, name, note="Tout est revu")
    assert response.status_code == 200
    assert why in " ".join(response.context["form"].errors["file"]).replace("\u00a0", " ")
    assert 'value="Tout est revu"' in response.content.decode()
    assert not Version.objects.exists()


def test_refused_file_is_no_conflict(client, deliverable, people):
    """Nobody else wrote: what the version before says is not set against what was typed."""
    a_version(deliverable, note="Premier jet")
    enter(client, people["membre"])
    response = deposit(client, deliverable, b"", note="Tout est revu")
    assert response.context["form"].errors["file"]
    assert "Premier jet" not in text(response)


def test_too_long_a_note_keeps_it(client, deliverable, people):
    enter(client, people["membre"])
    response = deposit(client, deliverable, note="x" * 501)
    assert response.context["form"].errors["note"]
    assert "x" * 501 in response.content.decode()


def test_same_file_again_is_refused(client, deliverable, people):
    enter(client, people["membre"])
    deposit(client, deliverable)
    response = deposit(client, deliverable, note="Encore")
    assert "exactement celui de la version courante" in text(response)
    assert Version.objects.count() == 1


def test_file_over_the_limit_is_refused_without_being_read(client, deliverable, people, settings, monkeypatch):
    settings.UPLOAD_LIMIT = 1000
    monkeypatch.setattr(uploads, "AROUND", 1000)
    kept = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk",
        lambda self, raw_data, start: kept.append(raw_data),
    )
    enter(client, people["membre"])
    response = deposit(client, deliverable, b"x" * 5000, note="Tout est revu")
    assert response.status_code == 200
    assert response.context["form"].errors["file"] == ["Ce fichier est trop gros\u00a0: 1000\u00a0octets au plus."]
    assert 'value="Tout est revu"' in response.content.decode()
    assert kept == []
    assert not Version.objects.exists()


def test_file_just_over_the_limit_is_refused_by_its_content(client, deliverable, people, settings):
    settings.UPLOAD_LIMIT = 1000
    enter(client, people["membre"])
    response = deposit(client, deliverable, b"x" * 1001, note="Tout est revu")
    assert "1000 octets au plus" in text(response)
    assert 'value="Tout est revu"' in response.content.decode()


def test_page_says_its_limits_before(client, deliverable, people):
    enter(client, people["membre"])
    read = text(page(client, deliverable, "version-deposit"))
    assert "100,0 Mio au plus" in read
    assert "Ni macros, ni mot de passe" in read


def test_page_says_what_a_deposit_undoes(client, deliverable, people):
    enter(client, people["membre"])
    assert "Ce que ce dépôt change" not in text(page(client, deliverable, "version-deposit"))
    version = submitted_version(deliverable)
    assert "La version 1 n’attendra plus d’approbation" in text(page(client, deliverable, "version-deposit"))
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    read = text(page(client, deliverable, "version-deposit"))
    assert f"L’approbation de {people['pilote']} sera caduque." in read
    assert "La version 1 restera la dernière validée" in read


def test_approval_given_meanwhile_is_told_before_it_is_voided(client, deliverable, people):
    version = submitted_version(deliverable)
    enter(client, people["membre"])
    shown = page(client, deliverable, "version-deposit").context["form"]["shown"].value()
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    response = deposit(client, deliverable, note="Corrigé", shown=shown)
    assert "La version courante a changé entre-temps" in text(response)
    assert f"L’approbation de {people['pilote']} sera caduque." in text(response)
    assert 'value="Corrigé"' in response.content.decode()
    assert Version.objects.count() == 1
    assert deposit(client, deliverable, shown=response.context["form"].data["shown"]).status_code == 302
    assert Version.objects.count() == 2


def test_suspended_deliverable_and_archived_group_take_nothing(client, deliverable, group, people):
    following.suspend(deliverable=deliverable, reason="En attente.", by=people["pilote"])
    enter(client, people["membre"])
    response = page(client, deliverable, "version-deposit")
    assert "reprenez-le d’abord" in text(response)
    assert 'type="file"' not in response.content.decode()
    assert "reprenez-le d’abord" in text(deposit(client, deliverable, shown="0"))
    archive(group)
    assert deposit(client, deliverable, shown="0").status_code == 403
    assert not Version.objects.exists()


# --- Reading ---


def test_version_page_says_all_of_it(client, deliverable, people):
    version = a_version(deliverable, b"Le texte meme.", author=people["membre"], note="Premier jet")
    a_version(deliverable, b"Autre texte.")
    enter(client, people["invite"])
    response = page(client, deliverable, "version", 1)
    read = text(response)
    for words in (version.sha256, "Premier jet", str(people["membre"]), "texte.txt", "Remplacée", "Le texte meme."):
        assert words in read, words
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_other_pages_frame_nothing(client, deliverable, people):
    a_version(deliverable)
    enter(client, people["membre"])
    assert "frame-src" not in page(client, deliverable)["Content-Security-Policy"]


def test_text_is_shown_as_text(client, deliverable, people):
    a_version(deliverable, b"<script>alert(1)</script>")
    enter(client, people["membre"])
    assert "<script>alert" not in page(client, deliverable, "version", 1).content.decode()


def test_file_is_handed_out_as_it_came(client, deliverable, people):
    handed_in(deliverable, pdf("Bonjour"), "Étude.pdf", people["membre"])
    enter(client, people["invite"])
    response = page(client, deliverable, "version-file", 1)
    assert body(response) == pdf("Bonjour")
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%89tude")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-cache" in response["Cache-Control"]


def test_pdf_and_images_are_previewed_in_our_pages_alone(client, deliverable, people):
    handed_in(deliverable, pdf("Bonjour"), "a.pdf", people["membre"])
    handed_in(deliverable, png(), "b.png", people["membre"])
    handed_in(deliverable, b"Du texte.", "c.txt", people["membre"])
    enter(client, people["membre"])
    for number, kind in ((1, "application/pdf"), (2, "image/png")):
        shown = page(client, deliverable, "version-preview", number)
        assert (shown.status_code, shown["Content-Type"]) == (200, kind)
        assert shown["Content-Disposition"].startswith("inline")
        assert "default-src 'none'" in shown["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
        assert "script-src" not in shown["Content-Security-Policy"]
        assert shown["X-Frame-Options"] == "SAMEORIGIN"
        assert ("sandbox" in shown["Content-Security-Policy"]) is (kind == "image/png")
        body(shown)
    assert page(client, deliverable, "version-preview", 3).status_code == 404
    assert "<iframe" in page(client, deliverable, "version", 1).content.decode()
    assert "<img" in page(client, deliverable, "version", 2).content.decode()
    assert "apercu" not in page(client, deliverable, "version", 3).content.decode()


@pytest.mark.parametrize("name", ["version-file", "version-preview"])
def test_file_known_already_is_not_sent_again_and_keeps_its_seal(client, deliverable, people, name):
    handed_in(deliverable, pdf("Bonjour"), "a.pdf", people["membre"])
    enter(client, people["membre"])
    whole = page(client, deliverable, name, 1)
    body(whole)
    again = client.get(whole.request["PATH_INFO"], headers={"If-None-Match": whole["ETag"]})
    assert again.status_code == 304
    assert again["Content-Security-Policy"] == whole["Content-Security-Policy"]
    assert again["X-Frame-Options"] == whole["X-Frame-Options"]


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [
        ("bytes=0-3", 206, b"abcd"),
        ("bytes=20-", 206, b"uvwxyz"),
        ("bytes=-3", 206, b"xyz"),
        ("bytes=20-99", 206, b"uvwxyz"),
        ("bytes=-99", 206, b"abcdefghijklmnopqrstuvwxyz"),
        ("bytes=0-1,4-5", 200, b"abcdefghijklmnopqrstuvwxyz"),
        ("bytes=-", 200, b"abcdefghijklmnopqrstuvwxyz"),
        ("lines=0-1", 200, b"abcdefghijklmnopqrstuvwxyz"),
        ("bytes=26-", 416, b""),
        ("bytes=9-3", 416, b""),
        ("bytes=-0", 416, b""),
    ],
)
def test_part_of_a_file_is_given(client, deliverable, people, asked, status, given):
    a_version(deliverable, b"abcdefghijklmnopqrstuvwxyz")
    enter(client, people["membre"])
    response = client.get(reverse("version-file", args=[deliverable.pk, 1]), headers={"Range": asked})
    assert response.status_code == status
    if status != 416:
        assert body(response) == given
        assert response["Content-Length"] == str(len(given))
        assert "sandbox" in response["Content-Security-Policy"]
    if status == 206:
        assert response["Content-Range"].endswith("/26")


def test_part_of_another_content_is_not_given(client, deliverable, people):
    a_version(deliverable, b"abcdef")
    enter(client, people["membre"])
    headers = {"Range": "bytes=0-1", "If-Range": '"une autre"'}
    response = client.get(reverse("version-file", args=[deliverable.pk, 1]), headers=headers)
    assert (response.status_code, body(response)) == (200, b"abcdef")


@pytest.mark.parametrize("name", ["version-file", "version-preview"])
@pytest.mark.parametrize(("scan", "why"), [(Scan.INFECTED, "quarantaine"), (Scan.WAITING, "n’est pas terminée")])
def test_file_that_is_not_known_to_be_clean_is_not_handed_out(client, deliverable, people, name, scan, why):
    version = handed_in(deliverable, pdf("Bonjour"), "a.pdf", people["membre"])
    Version.objects.filter(pk=version.pk).update(scan=scan, threat="Eicar")
    enter(client, people["membre"])
    response = page(client, deliverable, name, 1)
    assert response.status_code == 403
    assert why in text(response)
    known = client.get(response.request["PATH_INFO"], headers={"If-None-Match": f'"{version.sha256}"'})
    assert known.status_code == 403
    shown = page(client, deliverable, "version", 1).content.decode()
    assert "<iframe" not in shown
    assert "/fichier/" not in shown


# --- Comparing ---


@pytest.fixture
def compared(client, deliverable, people):
    a_version(deliverable, "Un.\nDeux.\nTrois.\nQuatre.\nCinq.\nLe coût est de 40 millions.".encode())
    a_version(deliverable, "Un.\nDeux.\nTrois.\nQuatre.\nCinq.\nLe coût est de 52 millions.\nAnnexe <b>.".encode())
    enter(client, people["invite"])
    return lambda **asked: client.get(reverse("version-compare", args=[deliverable.pk, 2]), asked)


def test_two_versions_are_compared_word_by_word(compared):
    response = compared()
    shown = response.content.decode()
    assert "De la version 1 à la version 2" in text(response)
    assert "<del>40</del><ins>52</ins>" in shown
    assert "<ins>Annexe &lt;b&gt;.</ins>" in shown
    assert "4 paragraphes inchangés" in text(response)


@pytest.mark.parametrize("other", ["9", "2", "abc", "-1", "9" * 30, "²"])
def test_version_to_compare_with_that_is_none(compared, other):
    assert compared(avec=other).status_code == (200 if other in {"abc", "-1", "²", "9" * 30} else 404)


def test_first_version_has_nothing_before_it(client, compared, deliverable):
    address = reverse("version-compare", args=[deliverable.pk, 1])
    assert client.get(address).status_code == 404
    assert "De la version 2 à la version 1" in text(client.get(address, {"avec": "2"}))


@pytest.mark.parametrize(
    ("state", "said"),
    [(TextState.WAITING, "n’est pas encore extrait"), (TextState.NONE, "n’a pas de texte à comparer")],
)
def test_versions_without_words_say_so(compared, state, said):
    VersionText.objects.filter(version__number=1).update(state=state, words="")
    assert said in text(compared())


def test_same_words_are_said_to_be_the_same(client, deliverable, people):
    a_version(deliverable, b"Un.\nDeux.")
    a_version(deliverable, b"Un.\n\nDeux.\n")
    enter(client, people["membre"])
    assert "mot pour mot" in text(page(client, deliverable, "version-compare", 2))


# --- What it costs ---


@pytest.mark.parametrize(
    ("name", "numbers"), [("version", [1]), ("version-deposit", []), ("version-compare", [2]), ("version-file", [1])]
)
def test_pages_cost_the_same_with_few_versions_and_with_many(client, group, people, name, numbers):
    poor, rich = (DeliverableFactory(group=group) for _ in range(2))
    for deliverable, number in ((poor, 2), (rich, 12)):
        for index in range(number):
            version = deposit_version(
                deliverable=deliverable, file=a_file(f"Texte {index}.".encode()), by=people["membre"]
            )
            submit(version=version, by=people["membre"])
            approve(version=version, sha256=version.sha256, by=people["pilote"])
    enter(client, seat(Role.MEMBER, group))
    counted = []
    for deliverable in (poor, poor, rich):
        with CaptureQueriesContext(connection) as queries:
            response = page(client, deliverable, name, *numbers)
            assert response.status_code == 200
            if response.streaming:
                body(response)
        counted.append(len(queries))
    assert counted[1] == counted[2]
    assert counted[2] <= 12
