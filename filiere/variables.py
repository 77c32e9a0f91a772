"""One variable of the environment at a time: found, or read from the file NAME_FILE names, then checked.

A refusal is one French sentence that names the variable. Values that may carry a password are never repeated,
and neither are Python's own messages about them: they quote what they could not read.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on", "oui"}), frozenset({"0", "false", "no", "off", "non"})


class EnvironmentProblem(ImproperlyConfigured):
    """A sentence for the person who starts the server; it names the variable."""


class Source:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str = "") -> str:
        """An empty variable counts as absent: that is how compose files and units write "not set"."""
        value, path = self.environ.get(name, "").strip(), self.environ.get(f"{name}_FILE", "").strip()
        if path:
            if value:
                raise EnvironmentProblem(f"{name} et {name}_FILE sont tous deux définis : gardez l’un des deux.")
            value = _content(name, path)
        if any(not character.isprintable() for character in value):
            raise EnvironmentProblem(f"{name} contient un saut de ligne ou un caractère invisible : retirez-le.")
        return value or default

    def required(self, name: str, why: str) -> str:
        value = self.text(name)
        if not value:
            raise EnvironmentProblem(f"{name} manque : {why}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        return flag(name, value) if value else default

    def choice(self, name: str, *, among: Collection[str], default: str) -> str:
        value = self.text(name, default)
        if value not in among:
            raise EnvironmentProblem(f"{name} vaut « {value} » : les valeurs possibles sont {', '.join(among)}.")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.text(name).replace(",", " ").split()))

    def folder(self, name: str, default: Path) -> Path:
        value = self.text(name)
        if not value:
            return default
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            raise EnvironmentProblem(f"{name} nomme le dossier d’un compte inconnu : {value}.") from None
        if not path.is_absolute():
            # Web, worker and scheduler may start from different folders: each would find its own.
            raise EnvironmentProblem(f"{name} vaut « {value} » : indiquez un chemin absolu.")
        if path.exists() and not path.is_dir():
            raise EnvironmentProblem(f"{name} : {path} n’est pas un dossier.")
        return path

    def url(self, name: str, schemes: Collection[str], *, query: Collection[str] | None = ()) -> SplitResult | None:
        """`query` lists the parameters understood after the question mark; None leaves them to whoever connects."""
        value = self.text(name)
        if not value:
            return None
        parts = _parts(name, value)
        if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            known = ", ".join(f"{scheme}://" for scheme in schemes)
            raise EnvironmentProblem(f"{name} doit commencer par {known}.")
        if query is not None:
            _check_query(name, parts.query, query)
        return parts


def _content(name: str, path: str) -> str:
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise EnvironmentProblem(f"{name}_FILE : le fichier {path} n’est pas un texte UTF-8.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EnvironmentProblem(f"{name}_FILE : le fichier {path} est illisible ({reason}).") from error
    if not value:
        raise EnvironmentProblem(f"{name}_FILE : le fichier {path} est vide.")
    return value


def _parts(name: str, value: str) -> SplitResult:
    if any(character.isspace() for character in value):
        raise EnvironmentProblem(f"{name} contient une espace : retirez-la, ou écrivez-la %20.")
    if "#" in value:
        raise EnvironmentProblem(f"{name} contient un # : dans un mot de passe ou un chemin, écrivez-le %23.")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise EnvironmentProblem(
            f"{name} n’est pas une adresse lisible : vérifiez l’hôte et le port ; "
            "dans un mot de passe, / s’écrit %2F, @ %40 et : %3A."
        ) from None
    if port == 0:
        raise EnvironmentProblem(f"{name} : le port va de 1 à 65535.")
    if parts.hostname and not is_host(parts.hostname):
        raise EnvironmentProblem(f"{name} : le nom d’hôte n’est pas lisible.")
    return parts


def _check_query(name: str, query: str, known: Collection[str]) -> None:
    for parameter in filter(None, query.split("&")):
        key = parameter.partition("=")[0]
        if key not in known:
            meant = f"seul {', '.join(known)} est compris" if known else "aucun n’est compris"
            raise EnvironmentProblem(f"{name} : paramètre inconnu après le point d’interrogation, {meant}.")


def parameter(parts: SplitResult, key: str) -> str:
    found = [value for one in parts.query.split("&") for name, _, value in [one.partition("=")] if name == key]
    return unquote(found[-1]) if found else ""


def flag(name: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise EnvironmentProblem(f"{name} vaut « {value} » : écrivez 1 ou 0.")


def is_host(text: str) -> bool:
    """A name or an address, without port, as a browser sends it; IPv6 without its brackets."""
    if ":" in text:
        return all(character in "0123456789abcdef:." for character in text.lower())
    name = ascii_host(text).lower().removesuffix(".")
    return len(name) <= 253 and all(_HOST_LABEL.match(label) for label in name.split("."))


def ascii_host(text: str) -> str:
    """Browsers send « filière.fr » as « xn--filire-6ua.fr »."""
    if text.isascii():
        return text
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        return " "  # no host is written so: the caller's check refuses it
