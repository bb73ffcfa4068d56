"""Every address of the project, read from its URL patterns, so that new pages are walked without being named."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
METHODS = ("get", "post", "patch", "put", "delete")
# Addresses of others, with what guards them there.
FOREIGN = {
    "accounts/": "allauth: signing in, up and out; its own pages ask for a session where they need one",
    "admin/": "Django's admin: asks is_staff itself; accounts and roles; second factor by the middleware",
    "i18n/": "Django's switch of the language: a cookie and nothing else",
}


@dataclass(frozen=True)
class Route:
    """One address: its template with `<converter:name>` parameters, what answers there, and its name."""

    template: str
    callback: Callable[..., Any]
    name: str | None = None

    def __str__(self) -> str:
        return f"/{self.template}"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """(converter, name) in order."""
        return [(kind or "str", name) for kind, name in PARAMETER.findall(self.template)]

    @property
    def foreign(self) -> bool:
        return self.template.startswith(tuple(FOREIGN))

    def audience(self, method: str) -> tuple[str, ...] | None:
        """Return who may come here by `method`; () where no method of that name is served, None if undeclared."""
        view = getattr(self.callback, "cls", None) or getattr(self.callback, "view_class", None)
        if view is None:
            return getattr(self.callback, "audience", None)
        declared = getattr(view, "audience", None)
        if not isinstance(declared, dict):
            return declared
        actions = getattr(self.callback, "actions", {})
        return declared.get(actions[method]) if method in actions else ()

    def paths(self, values: Callable[[str, str, str], Sequence[Any]]) -> list[str]:
        """Return the addresses with every combination of `values(template, converter, name)`."""
        options = [values(self.template, kind, name) for kind, name in self.parameters]
        return [self._filled(combination) for combination in product(*options)]

    def _filled(self, combination: Sequence[Any]) -> str:
        rest = iter(combination)
        return "/" + PARAMETER.sub(lambda _match: str(next(rest)), self.template)


def routes(patterns: Any = None, prefix: str = "") -> Iterator[Route]:
    """Yield every route of the project."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        template = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, template)
        elif isinstance(one, URLPattern):
            yield Route(template, one.callback, one.name)
