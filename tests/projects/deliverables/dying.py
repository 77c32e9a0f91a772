"""A process that deposits a file, and is killed between the file and its row: `python -m …dying DELIVERABLE PERSON`."""

import os
import signal
import sys

import django

django.setup()

from accounts.models import User  # noqa: E402
from projects.deliverables.versions import services  # noqa: E402
from projects.models import Deliverable  # noqa: E402
from tests.factories.deliverables import a_file  # noqa: E402


def die(version, *_, **__):
    print(version.file.name, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    services._enter = die
    services.deposit_version(
        deliverable=Deliverable.objects.get(pk=sys.argv[1]), file=a_file(), by=User.objects.get(pk=sys.argv[2])
    )
