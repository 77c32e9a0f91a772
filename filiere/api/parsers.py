"""What a body may hold."""

import json
import math
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser, MultiPartParser

from filiere.api.problems import UNREADABLE, Problem

__all__ = ["MultiPartParser", "StrictJSON"]


class StrictJSON(JSONParser):
    """JSON as RFC 8259 and databases understand it: UTF-8, no NaN, no key twice, no half character, no NUL."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            text = stream.read().decode("utf-8")
            data = json.loads(text, parse_float=_finite, parse_constant=_no_constant, object_pairs_hook=_no_duplicate)
            if "\\u" in text:
                # Only an escape can spell what no column stores.
                for written in _texts(data):
                    _storable(written)
        except RecursionError:
            raise Problem(UNREADABLE, _("Ce JSON est trop profondément imbriqué.")) from None
        except UnicodeError:
            raise Problem(UNREADABLE, _("Le corps n’est pas du texte UTF-8.")) from None
        except json.JSONDecodeError as error:
            detail = _("Ce n’est pas du JSON\u00a0: erreur ligne %(line)d, colonne %(column)d.")
            raise Problem(UNREADABLE, detail % {"line": error.lineno, "column": error.colno}) from None
        except ValueError as error:
            raise Problem(UNREADABLE, _("Ce JSON est refusé\u00a0: %(why)s.") % {"why": error}) from None
        return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(_("%(name)s n’est pas un nombre") % {"name": name})


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_constant(text)
    return number


def _no_duplicate(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("la clé «\u00a0%(name)s\u00a0» y figure deux fois") % {"name": twice})
    return found


def _texts(data: Any) -> Iterator[str]:
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value


def _storable(text: str) -> None:
    text.encode("utf-8")
    if "\x00" in text:
        raise ValueError(_("le caractère nul n’est pas accepté"))
