"""How many queries each important page may take at most, with one of everything planted."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from scenarios.actor import PUBLIC
from scenarios.models import Need
from tests.canaries import World, make_world
from tests.factories import Cast

LIMIT = 12
# Page, reader → the most queries; `{word}` is the first planted object of that word.
MOST: dict[tuple[str, str | None], int] = {
    ("/", None): 7,
    ("/needs/", None): 10,
    ("/needs/?q=检测", None): 12,
    ("/needs/?technique=cv", None): 10,
    ("/needs/?fit=none", None): 10,
    ("/capabilities/", None): 10,
    ("/capabilities/?q=检测", None): 11,
    ("/calls/", None): 4,
    ("/pools/", None): 4,
    ("/engagements/", None): 3,
    ("/engagements/?q=检测", None): 5,
    ("/lessons/", None): 3,
    ("/calendar/", None): 5,
    ("/open-data/", None): 10,
    ("/figures/", None): 6,
    ("/figures/gaps/", None): 4,
    ("/needs/{needs}/", None): 7,
    ("/workspace/", "enterprise"): 8,
    ("/workspace/", "supplier"): 8,
    ("/workspace/needs/", "enterprise"): 8,
    ("/workspace/capabilities/", "supplier"): 11,
    ("/workspace/suggestions/", "supplier"): 12,
    ("/workspace/following/", "enterprise"): 8,
    ("/workspace/notifications/", "enterprise"): 8,
    ("/needs/{needs}/", "enterprise"): 12,
    ("/staff/", "manager"): 7,
    ("/staff/", "publisher"): 7,
    ("/staff/", "reviewer"): 7,
    ("/staff/moderation/", "moderator"): 10,
    ("/staff/merge/", "manager"): 11,
    ("/staff/pools/", "manager"): 8,
    ("/staff/calls/", "manager"): 8,
    ("/staff/dashboard/", "manager"): 12,
    ("/staff/publication/", "publisher"): 9,
    ("/staff/events/", "auditor"): 11,
}


def test_no_important_page_takes_more_queries_than_it_may(cast: Cast) -> None:
    world = make_world(cast)
    over = {asked: found for asked in MOST if (found := taken(cast, world, *asked)) > MOST[asked]}
    assert over == {}
    assert max(MOST.values()) == LIMIT


def taken(cast: Cast, world: World, page: str, reader: str | None) -> int:
    client, first = cast.client(reader), {word: ids[0] for word, ids in world.ids.items() if ids}
    first["needs"] = Need.objects.visible_to(PUBLIC).filter(pk__in=world.ids["needs"])[0].pk
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(page.format(**first))
    assert answer.status_code == 200, (page, reader)
    return len(queries)
