"""Where the header leads, as data: a link appears when its URL exists and the actor has one of its roles."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NavigationLink(NamedTuple):
    """One link as the templates read it. `waiting` is what waits there, None where nothing is counted."""

    name: str
    label: str | Promise
    icon: str
    url: str
    is_current: bool
    waiting: int | None = None


class Entry(NamedTuple):
    """One line of the tables below: `name` is the URL's name, `roles` who sees it."""

    name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = frozenset()


SIGNED_IN = "signed_in"
MEMBER = "member"
STAFF = frozenset({"manager", "moderator", "publisher", "reviewer", "supervisor", "auditor"})

MAIN = (
    Entry("need_list", _("Needs"), "factory"),
    Entry("call_list", _("Open calls"), "megaphone"),
    Entry("result_list", _("Results"), "scale"),
    Entry("pool_list", _("Pools"), "merge"),
    Entry("engagement_list", _("Projects"), "target"),
    Entry("capability_list", _("Capabilities"), "spark"),
    Entry("organisation_list", _("Organisations"), "building"),
    Entry("calendar", _("Calendar"), "calendar"),
    Entry("figures", _("Figures"), "activity"),
    Entry("how_it_works", _("How it works"), "info"),
)

WORKSPACE = (
    Entry("workspace", _("What waits for me"), "inbox", frozenset({SIGNED_IN})),
    Entry("my_needs", _("My needs"), "factory", frozenset({MEMBER})),
    Entry("my_pools", _("Invitations and pools"), "merge", frozenset({MEMBER})),
    Entry("my_capabilities", _("My capabilities"), "spark", frozenset({MEMBER})),
    Entry("my_suggestions", _("Suggested for me"), "target", frozenset({MEMBER})),
    Entry("my_responses", _("My responses"), "shield", frozenset({MEMBER})),
    Entry("my_engagements", _("My projects"), "target", frozenset({MEMBER})),
    Entry("my_record", _("My record"), "check", frozenset({MEMBER})),
    Entry("staff_calendar", _("Calendar of deadlines"), "calendar", STAFF),
    Entry("staff_dashboard", _("Dashboard"), "activity", STAFF),
    Entry("moderation_queue", _("Moderation queue"), "inbox", frozenset({"moderator"})),
    Entry("capability_queue", _("Capabilities to verify"), "shield", frozenset({"moderator"})),
    Entry("capability_publication", _("Capabilities to publish"), "megaphone", frozenset({"publisher"})),
    Entry("organisation_queue", _("Organisations"), "building", frozenset({"moderator"})),
    Entry("merge_desk", _("Merge desk"), "merge", frozenset({"manager"})),
    Entry("synonyms", _("Synonyms"), "link", frozenset({"manager"})),
    Entry("vocabulary", _("Vocabulary"), "edit", frozenset({"manager"})),
    Entry("rankings", _("Ranking"), "target", frozenset({"manager"})),
    Entry("imports", _("Imports"), "upload", frozenset({"manager"})),
    Entry("staff_pool_list", _("Pools in progress"), "merge", frozenset({"manager", "publisher", "auditor"})),
    Entry(
        "staff_call_list",
        _("Calls in progress"),
        "megaphone",
        frozenset({"manager", "moderator", "publisher", "auditor"}),
    ),
    Entry("selection_list", _("Selections"), "scale", frozenset({"reviewer", "manager", "publisher", "auditor"})),
    Entry("staff_engagements", _("Projects in progress"), "target", STAFF),
    Entry("publication_queue", _("Publication"), "megaphone", frozenset({"publisher"})),
    Entry("supervision_queue", _("Risk review"), "shield", frozenset({"supervisor"})),
    Entry("batch_list", _("Bulk actions"), "list", frozenset({"moderator", "publisher", "manager"})),
    Entry("event_log", _("Event log"), "list", frozenset({"auditor"})),
    Entry("status", _("System status"), "activity", STAFF),
    Entry("my_following", _("What I follow"), "star", frozenset({SIGNED_IN})),
    Entry("my_searches", _("My searches"), "search", frozenset({SIGNED_IN})),
    Entry("notification_list", _("Notifications"), "bell", frozenset({SIGNED_IN})),
    Entry("my_organisation", _("My organisation"), "building", frozenset({MEMBER})),
    Entry("help", _("Guides"), "info", frozenset({SIGNED_IN})),
    Entry("account_settings", _("Settings"), "user", frozenset({SIGNED_IN})),
)


def main_links(path: str) -> list[NavigationLink]:
    """Return the public links that resolve; the one whose page or sub-page is at `path` is current."""
    return _resolved(MAIN, path, {})


def workspace_links(actor: Any, path: str, counts: Mapping[str, int]) -> list[NavigationLink]:
    """Return what the actor may work with. `counts` maps a URL's name to the number of things waiting there."""
    if actor is None:
        return []
    held = set(getattr(actor, "roles", ()))
    if getattr(actor, "account_id", None) is not None:
        held.add(SIGNED_IN)
    if getattr(actor, "organisation_ids", ()):
        held.add(MEMBER)
    return _resolved((entry for entry in WORKSPACE if entry.roles & held), path, counts)


def _resolved(entries: Iterable[Entry], path: str, counts: Mapping[str, int]) -> list[NavigationLink]:
    """Return the entries that have an address; of those at or above `path` the nearest one is current."""
    found = []
    for entry in entries:
        try:
            found.append((entry, reverse(entry.name)))
        except NoReverseMatch:  # A page that this installation does not serve has no link.
            continue
    above = [url for _, url in found if path == url or (url != "/" and path.startswith(url))]
    nearest = max(above, key=len, default=None)
    return [
        NavigationLink(entry.name, entry.label, entry.icon, url, url == nearest, counts.get(entry.name))
        for entry, url in found
    ]
