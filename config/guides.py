"""The guides of `docs/guide` as pages of the product: the same Markdown files, rendered once a process.

Markup within them is shown as text, never taken over; a link leads to another guide or nowhere.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scenarios.actor import Actor

FOLDER = settings.BASE_DIR / "docs" / "guide"
PICTURE: dict[str, str | int | float] = {"width": 1200, "height": 780, "loading": "lazy"}
"""The size at which `make screenshots` takes them."""

FOR_MEMBERS = ("enterprise", "supplier")
FOR_STAFF = ("moderator", "manager", "publisher", "reviewer", "supervisor", "auditor", "opener")
GUIDES = ("reader", *FOR_MEMBERS, *FOR_STAFF)
HEAD = 6
"""Tokens of the title and of the paragraph below it."""

_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


class Guide(NamedTuple):
    """A guide in one language. lead : the paragraph below its title. parts : (anchor, heading) of its parts."""

    name: str
    title: str
    lead: str
    parts: list[tuple[str, str]]
    html: SafeString


def guide_of(name: str) -> Guide:
    """Return a guide, one of GUIDES, in the reader's language."""
    return _read(name, "" if get_language() == "en" else "zh")


def guides_for(actor: Actor) -> tuple[list[Guide], list[Guide]]:
    """Return the guides that are for the actor, and all others."""
    mine = {*(FOR_MEMBERS if actor.organisation_ids else ()), *actor.roles, *(["opener"] if actor.is_staff else [])}
    own = [name for name in GUIDES if name in mine] or ["reader"]
    return [guide_of(name) for name in own], [guide_of(name) for name in GUIDES if name not in own]


@cache
def _read(name: str, folder: str) -> Guide:
    return rendered(name, (FOLDER / folder / f"{name}.md").read_text(encoding="utf-8"))


def rendered(name: str, text: str) -> Guide:
    """Return a guide from its Markdown: a title, a paragraph, and what follows."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    title, lead = (_plain(token) for token in tokens[:HEAD] if token.type == "inline")
    rest = tokens[HEAD:]
    parts = _with_anchors(rest)
    for token in rest:
        if token.children:
            token.children = _rewritten(token.children)
    html = markdown.renderer.render(rest, markdown.options, {})
    return Guide(name, title, lead, parts, SafeString(html))


def _plain(token: Token) -> str:
    return "".join(" " if one.type == "softbreak" else one.content for one in _joined(token.children or []))


def _with_anchors(tokens: list[Token]) -> list[tuple[str, str]]:
    """Give every heading of a part an anchor; return these with their headings."""
    parts: list[tuple[str, str]] = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            anchor = f"part-{len(parts) + 1}"
            token.attrSet("id", anchor)
            parts.append((anchor, _plain(inline)))
    return parts


def _rewritten(children: list[Token]) -> list[Token]:
    """Return a line with its pictures and links as the product serves them."""
    found, dead = [], False
    for token in _joined(children):
        if token.type == "image":
            token.attrs = {**PICTURE, "src": static(f"guide/{PurePosixPath(str(token.attrs['src'])).name}"), "alt": ""}
        elif token.type == "link_open":
            address = _address(str(token.attrs["href"]))
            dead = address is None
            token.attrs = {"href": address or ""}
        if not (dead and token.type in ("link_open", "link_close")):
            found.append(token)
        dead = dead and token.type != "link_close"
    return found


def _address(written: str) -> str | None:
    """Return where a link leads here: to another guide, or within this one; None for everything else."""
    path, _, anchor = written.partition("#")
    if not path:
        return f"#{anchor}"
    page = PurePosixPath(path)
    return reverse("help_guide", args=[page.stem]) if page.name == path and page.stem in GUIDES else None


def _joined(children: list[Token]) -> list[Token]:
    """Return a line without its breaks between Chinese characters, where a browser would draw a space."""
    return [
        token
        for place, token in enumerate(children)
        if not (
            token.type == "softbreak"
            and _IDEOGRAPH.fullmatch(_beside(children[:place][::-1], -1))
            and _IDEOGRAPH.fullmatch(_beside(children[place + 1 :], 0))
        )
    ]


def _beside(tokens: list[Token], place: int) -> str:
    return next((token.content[place] for token in tokens if token.content), "")
