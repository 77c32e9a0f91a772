"""What is said once everything runs."""

from __future__ import annotations

from filiere.launch.options import Options
from filiere.launch.terminal import Terminal, duration

ROLES = ("pilote", "copilote", "rapporteur", "membre", "membre-etat", "observateur", "invite")
CODES = ("amr", "div", "imagerie", "decarbonation")


def show(terminal: Terminal, options: Options, *, seconds: float, invitation: list[str]) -> None:
    terminal.line()
    terminal.line(f"Filière est prête, en {duration(seconds)} : {options.address}")
    terminal.line()
    if options.demo:
        _show_accounts(terminal)
    for line in invitation:
        terminal.line(f"  {line}")
    if invitation:
        terminal.line()
    terminal.line(f"  Données    {options.places.data}")
    if not options.environment.get("EMAIL_URL"):
        terminal.line(f"  Courriels  {options.places.mail} (un fichier par message, rien ne part)")
    terminal.line(f"  Journaux   {options.places.logs}")
    terminal.line()
    if options.open_to_others:
        terminal.line(f"  Attention : le site est joignable depuis d’autres machines (HOST={options.host}).")
        if options.demo:
            terminal.line("  Le mot de passe de démonstration est public : n’y mettez rien de vrai.")
        terminal.line()
    terminal.line("Ctrl-C arrête tout ; les données restent.")


def _show_accounts(terminal: Terminal) -> None:
    terminal.line("  Comptes de démonstration, mot de passe : filiere-demo")
    terminal.line("    admin@demo.example     administration")
    terminal.line("    deleguee@demo.example  déléguée du comité")
    terminal.line("    bureau@demo.example    membre du Bureau")
    terminal.line("    et, dans chaque groupe, ROLE-GROUPE@demo.example, par exemple pilote-amr@demo.example")
    terminal.line(f"      ROLE    {', '.join(ROLES)}")
    terminal.line(f"      GROUPE  {', '.join(CODES)}")
    terminal.line()
