import pytest
from django.http import QueryDict
from rest_framework import serializers as drf

from filiere.api.handler import flat
from filiere.api.serializers import Empty, Serializer


class City(Serializer):
    name = drf.CharField()


class Form(Serializer):
    title = drf.CharField()
    number = drf.IntegerField(read_only=True)
    author = drf.HiddenField(default="moi")
    place = City(required=False)
    stops = City(many=True, required=False)
    tags = drf.ListField(child=drf.CharField(), required=False)


def errors(serializer) -> dict:
    assert not serializer.is_valid()
    return serializer.errors


def test_known_fields_pass():
    form = Form(data={"title": "T", "place": {"name": "Lyon"}, "stops": [{"name": "Metz"}]})
    assert form.is_valid()
    assert form.validated_data["author"] == "moi"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"title": "T", "titre": "T"}, {"titre": ["Champ inconnu."]}),
        ({"title": "T", "number": 3}, {"number": ["Ce champ se lit, mais ne s’écrit pas."]}),
        ({"title": "T", "author": "toi"}, {"author": ["Champ inconnu."]}),
        ({"title": "T", "place": {"name": "L", "zip": 1}}, {"place": {"zip": ["Champ inconnu."]}}),
        ({"title": "T", "a": 1, "b": 2}, {"a": ["Champ inconnu."], "b": ["Champ inconnu."]}),
    ],
)
def test_unexpected_field_is_named(data, expected):
    assert errors(Form(data=data)) == expected


def test_unexpected_field_of_one_among_many_is_named_in_its_place():
    found = errors(Form(data={"title": "T", "stops": [{"name": "M"}, {"nom": "M"}]}))
    assert flat(found) == {"stops.1.nom": ["Champ inconnu."]}


def test_partial_writing_is_as_strict():
    assert errors(Form(data={"titel": "T"}, partial=True)) == {"titel": ["Champ inconnu."]}


def test_form_writes_nested_names_its_own_way():
    form = Form(data=QueryDict("title=T&place.name=Lyon&tags[0]=a&tags[1]=b"))
    assert form.is_valid(), form.errors
    assert form.validated_data["place"] == {"name": "Lyon"}


def test_form_with_unknown_name_is_refused():
    assert errors(Form(data=QueryDict("title=T&plaace.name=Lyon"))) == {"plaace.name": ["Champ inconnu."]}


def test_what_is_no_object_keeps_its_own_error():
    assert "non_field_errors" in errors(Form(data=[1]))


def test_empty_accepts_nothing_and_only_nothing():
    assert Empty(data={}).is_valid()
    assert errors(Empty(data={"reason": "x"})) == {"reason": ["Champ inconnu."]}


def test_unknown_field_over_http_saves_nothing(api, sample):
    from accounts.models import Organisation
    from tests.filiere.api.shapes import problem

    body = {"name": "X", "kind": "pme", "college": "industrie", "sigle": "X"}
    assert problem(api.post(sample, body), 400, "validation")["errors"] == {"sigle": ["Champ inconnu."]}
    assert not Organisation.objects.exists()


def test_every_error_of_a_body_is_told_at_once(api, sample):
    from tests.filiere.api.shapes import problem

    content = problem(api.post(sample, {"kind": "fusée", "name": ""}), 400, "validation")
    assert set(content["errors"]) == {"name", "kind", "college"}
    assert all(isinstance(sentences, list) for sentences in content["errors"].values())
