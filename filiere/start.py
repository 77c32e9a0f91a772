"""How every process begins: a mistake in the environment is one sentence on the terminal, not a traceback."""

import os
import sys
from importlib import import_module


def load_settings() -> None:
    """The exit code 2 says "wrong usage": no supervisor should try the same environment again and again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filiere.settings")
    from filiere.variables import EnvironmentProblem

    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except EnvironmentProblem as problem:
        sys.stderr.write(f"Filière ne peut pas démarrer. {problem}\n")
        raise SystemExit(2) from None
