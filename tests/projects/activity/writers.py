"""Processes of their own that write in the journal of the test's database; each may die at a chosen moment.

python -m tests.projects.activity.writers '[[ACTS, LAST], …]': one process each. It dies after the first statement that
begins with LAST, or just after its commit when LAST is "commit", or not at all when LAST is empty.
"""

import json
import os
import signal
import sys


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    """In one piece: all of them speak through the same pipe."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def write(number: int, acts: int, last: str) -> None:
    from django.db import connection, transaction

    from accounts.models import Organisation
    from projects.activity.services import record

    def watched(execute, sql, parameters, many, context):
        result = execute(sql, parameters, many, context)
        if last and sql.startswith(last):
            die()
        return result

    target = Organisation.objects.get()
    with connection.execute_wrapper(watched):
        for act in range(acts):
            with transaction.atomic():
                if last == "commit":
                    transaction.on_commit(die)
                event = record(actor=None, verb="organisation.changed", target=target, changes={"rang": (number, act)})
            say("wrote", number, event.pk)


def main(plan: list[tuple[int, str]]) -> None:
    import django

    django.setup()
    children = {}
    for number, (acts, last) in enumerate(plan):
        # Forked once Django is loaded, before any connection: eight writers start as fast as one.
        child = os.fork()
        if not child:
            write(number, acts, last)
            os._exit(0)
        children[child] = number
    for child, number in children.items():
        _, status = os.waitpid(child, 0)
        say("ended", number, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
