from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Organisation
from filiere.api import idempotency
from filiere.api.idempotency import forget_old_answers
from filiere.models import StoredAnswer
from projects.models import Event
from tests.factories import UserFactory
from tests.filiere.api import sample as module
from tests.filiere.api.shapes import problem

BODY = {"name": "Une seule", "kind": "pme", "college": "industrie"}


def post(client, address, body=BODY, key="k", **options):
    return client.post(address, body, headers={"Idempotency-Key": key}, **options)


def test_without_a_key_every_post_is_done(api, sample):
    assert [api.post(sample, BODY).status_code for _ in range(2)] == [201, 201]
    assert Organisation.objects.count() == 2
    assert not StoredAnswer.objects.exists()


def test_repeated_request_is_done_once_and_answered_the_same(api, sample):
    first, second = post(api, sample), post(api, sample)
    assert Organisation.objects.count() == 1
    assert Event.objects.count() == 1
    assert (first.status_code, first.content) == (second.status_code, second.content)
    for name in ("Location", "ETag", "Content-Type", "Cache-Control", "Vary"):
        assert first[name] == second[name]
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"


def test_side_effects_after_commit_happen_once(api, sample, django_capture_on_commit_callbacks):
    module.committed.clear()
    with django_capture_on_commit_callbacks(execute=True):
        post(api, sample)
        post(api, sample)
    assert module.committed == ["Une seule"]


def test_answer_stays_what_it_was_after_the_object_changed(api, sample):
    first = post(api, sample)
    api.patch(first["Location"], {"name": "Autre"})
    assert post(api, sample).json()["name"] == "Une seule"


def test_order_of_keys_and_spaces_do_not_make_another_body(api, sample):
    post(api, sample)
    same = b'{ "college":"industrie",\n"kind": "pme", "name":"Une seule"}'
    answer = api.generic(
        "POST", sample, same, content_type="application/json; charset=utf-8", headers={"Idempotency-Key": "k"}
    )
    assert answer["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("body", [{**BODY, "name": "Autre"}, {**BODY, "acronym": ""}, {}])
def test_other_body_under_the_same_key_is_refused(api, sample, body):
    post(api, sample)
    problem(post(api, sample, body), 409, "cle-reutilisee")
    assert Organisation.objects.count() == 1


def test_other_address_or_query_under_the_same_key_is_refused(api, sample):
    post(api, sample)
    problem(post(api, f"{sample}?around=Lyon"), 409, "cle-reutilisee")
    problem(post(api, "/api/v1/open/"), 409, "cle-reutilisee")


def test_values_of_another_type_are_another_body(api, sample):
    post(api, "/api/v1/open/", {"a": 1})
    for other in ({"a": True}, {"a": "1"}, {"a": 1.0}, {"a": [1]}):
        problem(post(api, "/api/v1/open/", other), 409, "cle-reutilisee")


def test_key_belongs_to_its_person(api, sample):
    other = APIClient()
    other.force_login(UserFactory())
    assert post(api, sample).json()["id"] != post(other, sample).json()["id"]
    assert Organisation.objects.count() == 2


def test_key_without_a_person_is_refused(visitor, sample):
    problem(post(visitor, "/api/v1/open/"), 400, "requete-illisible")
    assert visitor.post("/api/v1/open/", {}).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 129, "\t"])
def test_malformed_key_is_refused_and_nothing_done(api, sample, key):
    problem(post(api, sample, key=key), 400, "requete-illisible")
    assert not Organisation.objects.exists()


def test_longest_key_is_kept(api, sample):
    key = "~" * 128
    post(api, sample, key=key)
    assert post(api, sample, key=key)["Idempotent-Replayed"] == "true"


def test_refusal_leaves_the_key_free(api, sample):
    problem(post(api, sample, {**BODY, "name": "refus"}), 409, "refus")
    problem(post(api, sample, {**BODY, "name": ""}), 400, "validation")
    assert not StoredAnswer.objects.exists()
    assert post(api, sample).status_code == 201


def test_refusal_that_is_answered_rather_than_raised_undoes_what_was_written(api, sample):
    response = post(api, "/api/v1/softly/")
    assert (response.status_code, response.json()) == (409, {"no": True})
    assert not Organisation.objects.exists()
    assert not StoredAnswer.objects.exists()


def test_failure_in_the_middle_leaves_nothing(api, sample, monkeypatch):
    api.raise_request_exception = False
    monkeypatch.setattr(idempotency, "_keep", lambda *_: 1 / 0)
    problem(post(api, sample), 500, "erreur-interne")
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()
    monkeypatch.undo()
    assert post(api, sample).status_code == 201


def test_who_may_not_write_consumes_no_key(api, visitor, sample):
    problem(post(visitor, sample), 401, "authentification")
    organisation = api.post(sample, BODY).json()
    problem(post(api, f"{sample}{organisation['id']}/close/", {"reason": "x"}), 403, "interdit")
    assert not StoredAnswer.objects.exists()


def test_action_is_done_once_too(administrator_api, sample):
    address = f"{administrator_api.post(sample, BODY)['Location']}close/"
    first, second = (
        post(administrator_api, address, {"reason": "Nord"}),
        post(administrator_api, address, {"reason": "Nord"}),
    )
    assert first.content == second.content
    assert Event.objects.filter(verb="organisation.changed").count() == 1


def test_patch_ignores_the_key(api, sample):
    address = api.post(sample, BODY)["Location"]
    for name in ("A", "B"):
        assert api.patch(address, {"name": name}, headers={"Idempotency-Key": "k"}).json()["name"] == name


def test_secret_is_answered_once_and_never_kept(api, sample):
    assert post(api, "/api/v1/secret/").json() == {"id": 1, "secret": "flr_secret"}
    assert b"flr_secret" not in bytes(StoredAnswer.objects.get().body)
    assert post(api, "/api/v1/secret/").json() == {"id": 1, "secret": None}
    assert Organisation.objects.count() == 1


# --- Files ---


def upload(api, content=b"contenu", name="a.pdf", note="n", key="k"):
    file = SimpleUploadedFile(name, content, "application/pdf")
    return post(api, "/api/v1/upload/", {"file": file, "note": note}, key=key, format="multipart")


def test_same_file_under_another_boundary_is_the_same_body(api, sample):
    first, second = upload(api), upload(api)
    assert (first.json(), second.json()) == ({"size": 7, "note": "n"}, {"size": 7, "note": "n"})
    assert second["Idempotent-Replayed"] == "true"


def test_boundary_written_by_hand_is_no_part_of_the_body(api, sample):
    def send(boundary: str):
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
            f"Content-Type: text/plain\r\n\r\nabc\r\n--{boundary}--\r\n"
        )
        return api.generic(
            "POST",
            "/api/v1/upload/",
            body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": "k"},
        )

    assert send("one").status_code == 200
    assert send("another")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("other", [{"content": b"autre"}, {"name": "b.pdf"}, {"note": "m"}])
def test_another_file_or_field_is_another_body(api, sample, other):
    upload(api)
    problem(upload(api, **other), 409, "cle-reutilisee")


def test_file_is_hashed_by_pieces_and_left_ready_to_read():
    file = TemporaryUploadedFile("big", "text/plain", 0, None)
    for _ in range(3):
        file.write(b"x" * file.DEFAULT_CHUNK_SIZE)
    file.size = file.tell()
    pieces = []
    chunks = file.chunks

    def counted():
        for chunk in chunks():
            pieces.append(len(chunk))
            yield chunk

    file.chunks = counted
    assert len(idempotency._hash_of(file)) == 64
    assert pieces == [file.DEFAULT_CHUNK_SIZE] * 3
    assert file.tell() == 0
    file.close()


def test_field_cannot_pass_for_two(api, sample):
    def send(**fields):
        return post(api, "/api/v1/upload/", {"file": SimpleUploadedFile("a", b"x"), **fields}, format="multipart")

    send(note=["a", "b"])
    problem(send(note='a", "b'), 409, "cle-reutilisee")


# --- Memory ---


def test_old_answers_are_forgotten_and_their_keys_free(api, sample):
    post(api, sample)
    post(api, sample, key="recent")
    now = timezone.now()
    StoredAnswer.objects.filter(key="k").update(created_at=now - timedelta(hours=25))
    assert forget_old_answers(now - timedelta(hours=24)) == 1
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == ["recent"]
    assert "Idempotent-Replayed" not in post(api, sample)
    assert forget_old_answers(now - timedelta(hours=24)) == 0


def test_repeating_costs_a_bounded_number_of_queries(api, sample, django_assert_num_queries):
    post(api, sample)
    # Session, person; savepoint, claim, its row, and the end of the savepoint; on PostgreSQL a bound to the wait.
    with django_assert_num_queries(8 if connection.vendor == "postgresql" else 6):
        post(api, sample)
