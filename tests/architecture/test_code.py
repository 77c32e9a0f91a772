"""Where things are declared, and who may write."""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.architecture.sources import APPLICATIONS, features, name, told, tree

# Erasing the second erases the first: each is a decision, with its reason.
CASCADES = {
    "accounts.Alias.organisation": "a spelling is nothing without what it spells",
    "accounts.ApiToken.person": "people are anonymised, not deleted; a key without its person opens nothing",
    "filiere.StoredAnswer.person": "an answer kept for a day, for that person alone",
    "projects.AcceptanceCriterion.deliverable": "a line of what a deliverable must meet",
    "projects.BudgetLine.project": "a line of a project's own sheet",
    "projects.Criterion.project": "a line of a project's own sheet",
    "projects.Dependency.deliverable": "a link from nothing says nothing",
    "projects.Dependency.needs": "a link to nothing says nothing",
    "projects.Grant.content_object": "a projection of mandates, which protect the group",
    "projects.Grant.permission": "a permission that the code no longer knows grants nothing",
    "projects.Grant.user": "a projection of mandates, which protect the person",
    "projects.HealthNote.deliverable": "the weather of nothing; what was handed in protects its deliverable",
    "projects.InvitedMandate.invitation": "what an invitation brings, and nothing without it",
    "projects.Mention.comment": "part of the words of a comment",
    "projects.Participation.project": "a line of a project's own sheet",
    "projects.ProjectLink.from_project": "a line of a project's own sheet",
    "projects.ProjectLink.to_axis": "a link to nothing says nothing",
    "projects.ProjectLink.to_project": "a link to nothing says nothing",
    "projects.VersionText.version": "the words of a file, which are nothing without it",
}
WRITES = {"save", "delete", "on_commit", "asave", "adelete"}
MANAGER_WRITES = {"create", "bulk_create", "update", "bulk_update", "get_or_create", "update_or_create"}
# Not rows of the database.
NOT_MODELS = {"cache", "session", "storage", "default_storage"}


# --- Pages and APIs do not write --------------------------------------------


def writes(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver, verb = ast.unparse(node.func.value), node.func.attr
            last = receiver.rpartition(".")[2]
            if (verb in WRITES and last not in NOT_MODELS) or (verb in MANAGER_WRITES and ".objects" in receiver):
                found.append(f"{node.lineno}: {receiver}.{verb}()")
    return found


def doors() -> list[Path]:
    return [
        path
        for folder in features()
        for path in folder.glob("*.py")
        if path.stem in {"pages", "api"} or path.stem.endswith(("_pages", "_api"))
    ]


def test_pages_and_apis_leave_writing_to_services():
    assert doors()
    problems = [f"{name(path)}:{line}" for path in doors() for line in writes(tree(path))]
    assert not problems, told(problems, "Call a service: it holds the transaction, the rule and the journal's event.")


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("person.save()", True),
        ("form.save(commit=False)", True),
        ("group.members.all().delete()", True),
        ("transaction.on_commit(f)", True),
        ("User.objects.create(x=1)", True),
        ("User.objects.filter(x=1).update(y=2)", True),
        ("services.create(x=1)", False),
        ("context.update(x=1)", False),
        ("cache.delete('x')", False),
        ("request.session.save()", False),
    ],
)
def test_writing_rule_can_fail(code, refused):
    assert bool(writes(ast.parse(code))) is refused


# --- Nothing is declared where nobody looks ---------------------------------


def modules_of_features() -> list[ModuleType]:
    return [
        import_module(name(path).removesuffix(".py").replace("/", "."))
        for folder in features()
        for path in sorted(folder.glob("*models.py"))
    ]


def models_in(module: ModuleType) -> list[str]:
    return [
        kind.__name__
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, models.Model)
        and kind.__module__ == module.__name__
        and not kind._meta.abstract
    ]


def test_every_model_stands_in_the_table_of_contents():
    problems = [
        f"{module.__name__}.{kind} is not in {table.__name__}.__all__"
        for module in modules_of_features()
        for table in [import_module(f"{module.__name__.partition('.')[0]}.models")]
        for kind in models_in(module)
        if kind not in table.__all__ or getattr(table, kind, None) is not getattr(module, kind)
    ]
    assert not problems, told(problems, "Import it there: Django does not know a model it was not told of.")


def test_models_of_a_feature_are_seen():
    found = [kind for module in modules_of_features() for kind in models_in(module)]
    assert {"User", "Organisation", "Event"} <= set(found)


def shared_tasks(module: ast.Module) -> list[str]:
    return [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        and any("shared_task" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def test_every_task_is_found_by_the_worker():
    problems = []
    for folder in features():
        for path in folder.glob("*.py"):
            found = shared_tasks(tree(path))
            known = vars(import_module(f"{folder.parent.name}.tasks"))
            problems += [f"{name(path)}: {task} belongs in tasks.py" for task in found if path.stem != "tasks"]
            problems += [f"{name(path)}: {task} is not in {folder.parent.name}/tasks.py" for task in found
                         if task not in known]  # fmt: skip
    assert not problems, told(problems, "Celery reads accounts/tasks.py and projects/tasks.py: import the task there.")


@pytest.mark.parametrize("decorator", ["@shared_task", "@shared_task(bind=True)", "@celery.shared_task(max_retries=3)"])
def test_task_rule_sees_every_way_of_declaring_one(decorator):
    assert shared_tasks(ast.parse(f"{decorator}\ndef remind() -> None: ...\ndef other() -> None: ...")) == ["remind"]


# --- What goes when something goes ------------------------------------------


def cascades(model: type[models.Model]) -> list[str]:
    return [
        f"{model._meta.label}.{field.name}"
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]


def our_models() -> list[type[models.Model]]:
    return [model for label in ("filiere", *APPLICATIONS) for model in apps.get_app_config(label).get_models()]


def test_every_cascade_is_a_decision():
    found = {place for model in our_models() for place in cascades(model)}
    assert not found - set(CASCADES), told(
        sorted(found - set(CASCADES)),
        "PROTECT by default; a CASCADE is written in CASCADES, in this file, with its reason.",
    )
    assert not set(CASCADES) - found, told(sorted(set(CASCADES) - found), "These are gone: remove them from CASCADES.")


def test_nothing_erases_the_journal():
    journal = {"projects.Event", "projects.Link", "projects.PendingLink"}
    for model in our_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey) and model._meta.label in journal:
                assert field.remote_field.on_delete is models.PROTECT, f"{model._meta.label}.{field.name}"


def test_cascade_rule_can_fail():
    class Thoughtless(models.Model):
        owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
        kept = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "architecture"

        def __str__(self) -> str:
            return ""

    try:
        assert cascades(Thoughtless) == ["architecture.Thoughtless.owner"]
    finally:
        del apps.all_models["architecture"]
        apps.clear_cache()


# --- Migrations -------------------------------------------------------------


def irreversible(migration: migrations.Migration) -> list[str]:
    if getattr(migration, "irreversible_because", ""):
        return []
    return [type(operation).__name__ for operation in migration.operations if not operation.reversible]


def test_every_migration_can_be_undone_or_says_why_not():
    ours = {
        key: migration
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if key[0] in {"filiere", *APPLICATIONS}
    }
    assert ours
    problems = [
        f"{app}.{label}: {', '.join(found)}" for (app, label), one in ours.items() if (found := irreversible(one))
    ]
    assert not problems, told(
        problems, 'Give the reverse, or write irreversible_because = "…" in the class of the migration.'
    )


def test_migration_rule_can_fail():
    one_way = type("Migration", (migrations.Migration,), {"operations": [migrations.RunPython(lambda *_: None)]})
    assert irreversible(one_way("0009_x", "projects")) == ["RunPython"]
    stated = type("Migration", (one_way,), {"irreversible_because": "what was merged cannot be told apart again"})
    assert irreversible(stated("0009_x", "projects")) == []
