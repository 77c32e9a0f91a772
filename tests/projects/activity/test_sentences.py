import ast
import re

import pytest

from projects.activity.models import Event
from projects.activity.sentences import SENTENCES, acts, sentence_of
from tests.architecture.sources import CODE, files, name, told, tree
from tests.factories import UserFactory

_VERB = re.compile(r"[a-z]+\.[a-z_]+")
# What hands a verb on to `record` from another module, and in which place it takes it.
_TOLD = {"tell": 1, "Step": 4}


def verbs_of(path):
    """What a module that records passes as `verb`: by that name, by its place in a function, through a variable."""
    module = tree(path)
    nodes = list(ast.walk(module))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    known = {alias.name for node in imports if node.module != "projects.activity.telling" for alias in node.names}
    known |= {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    if not known & {"record", *_TOLD}:
        return set()
    places = {place: _TOLD[place] for place in known & _TOLD.keys()} | {
        node.name: place
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        for place, argument in enumerate(node.args.args)
        if argument.arg == "verb"
    }
    passed = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "verb"]
    passed += [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and "verb" in {getattr(target, "id", "") for target in node.targets}
    ]
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in places:
            passed += node.args[places[node.func.id] :][:1]
    words = (word.value for value in passed for word in ast.walk(value) if isinstance(word, ast.Constant))
    return {word for word in words if isinstance(word, str)}


def test_every_verb_in_the_code_has_its_sentence():
    unknown = [f"{name(path)}: {verb}" for path in files(*CODE) for verb in sorted(verbs_of(path) - set(SENTENCES))]
    assert not unknown, told(unknown, "Give each verb its sentence in projects/activity/sentences.py.")


def test_every_sentence_tells_a_verb_of_the_code():
    written = set().union(*(verbs_of(path) for path in files(*CODE)))
    assert not set(SENTENCES) - written


def test_every_verb_is_an_object_and_what_was_done_to_it():
    assert [verb for verb in SENTENCES if not _VERB.fullmatch(verb)] == []


@pytest.mark.parametrize("verb", SENTENCES)
def test_sentence_begins_with_who_and_names_nobody_else(verb):
    text = str(SENTENCES[verb])
    assert text.startswith("{actor} ")
    assert text.count("{") == 1
    assert not text.endswith(".")


def test_sentence_of_a_person():
    event = Event(verb="organisation.merged", actor=UserFactory.build(given_name="Ada", family_name="Leroux"))
    assert sentence_of(event) == "Ada Leroux a fusionné un doublon dans une organisation"


def test_sentence_of_the_application():
    assert sentence_of(Event(verb="person.locked_out")) == "L’application a bloqué un compte après trop d’essais"


def test_sentence_of_a_name_with_braces_is_that_name():
    event = Event(verb="group.created", actor=UserFactory.build(given_name="{verb}", family_name="{0}"))
    assert sentence_of(event) == "{verb} {0} a créé un groupe"


def test_sentence_of_an_unknown_verb_still_tells_it():
    assert sentence_of(Event(verb="thing.done")) == "L’application a fait\u00a0: thing.done"


def test_acts_are_offered_in_the_order_of_what_is_read():
    offered = acts()
    assert ("group.created", "a créé un groupe") in offered
    assert [text for _, text in offered] == sorted(text for _, text in offered)
    assert len(offered) == len(SENTENCES)
