"""The commands behind `make`. This file alone must be readable by Python 3.6, to refuse it politely."""

import os
import shutil
import sys

OLDEST = (3, 11)
COMMANDS = ("run", "test", "check", "bench", "lock")


def refusal():
    # type: () -> str
    if os.name == "nt":
        return "Filière fonctionne sous Linux et macOS ; sous Windows, lancez-la dans WSL."
    if sys.version_info[:2] < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        newer = [name for name in (f"python3.{minor}" for minor in range(20, 10, -1)) if shutil.which(name)]
        advice = f"relancez en ajoutant PYTHON={newer[0]}" if newer else "installez une version plus récente"
        return f"Filière demande Python 3.11 ou plus récent, celui-ci est le {found} : {advice}."
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        return f"Commandes : {', '.join(COMMANDS)}."
    return ""


if __name__ == "__main__":
    problem = refusal()
    if problem:
        sys.stderr.write(problem + "\n")
        sys.exit(2)
    from filiere.launch import commands

    sys.exit(commands.main(sys.argv[1], os.environ))
