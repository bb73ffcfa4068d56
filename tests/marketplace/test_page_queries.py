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
    ("/", None): 8,
    ("/needs/", None): 10,
    ("/needs/?q=检测", None): 12,
    ("/needs/?technique=cv", None): 10,
    ("/needs/?fit=none", None): 10,
    ("/capabilities/", None): 10,
    ("/capabilities/?q=检测", None): 11,
    ("/needs/?domain=manufacturing", None): 10,
    ("/capabilities/?technique=cv", None): 11,
    ("/calls/", None): 4,
    ("/pools/", None): 4,
    ("/engagements/", None): 3,
    ("/engagements/?q=检测", None): 5,
    ("/lessons/", None): 3,
    ("/calendar/", None): 5,
    ("/open-data/", None): 5,
    ("/figures/", None): 8,
    ("/figures/funnel/", None): 4,
    ("/figures/gaps/", None): 5,
    ("/figures/scale/", None): 4,
    ("/figures/map/", None): 4,
    ("/figures/weeks/", None): 4,
    ("/figures/districts/", None): 4,
    ("/about/", None): 0,
    ("/how-it-works/", None): 1,
    ("/risk/", None): 0,
    ("/sitemap.xml", None): 7,
    ("/needs/{needs}/", None): 7,
    ("/capabilities/{capabilities}/", None): 6,
    ("/pools/{pools}/", None): 8,
    ("/calls/{calls}/", None): 7,
    ("/organisations/{organisations}/", None): 5,
    ("/engagements/{engagements}/", None): 10,
    ("/workspace/", "enterprise"): 8,
    ("/workspace/", "supplier"): 8,
    ("/workspace/needs/", "enterprise"): 8,
    ("/workspace/capabilities/", "supplier"): 11,
    ("/workspace/suggestions/", "supplier"): 12,
    ("/workspace/following/", "enterprise"): 8,
    ("/workspace/needs/new/", "enterprise"): 7,
    ("/workspace/pools/", "enterprise"): 9,
    ("/workspace/engagements/", "enterprise"): 7,
    ("/workspace/searches/", "enterprise"): 7,
    ("/workspace/organisation/", "enterprise"): 9,
    ("/workspace/settings/", "enterprise"): 5,
    ("/workspace/capabilities/new/", "supplier"): 7,
    ("/workspace/responses/", "supplier"): 6,
    ("/workspace/record/", "supplier"): 12,
    ("/workspace/notifications/", "enterprise"): 8,
    ("/needs/{needs}/", "enterprise"): 12,
    ("/needs/{needs}/", "manager"): 12,
    ("/capabilities/{capabilities}/", "manager"): 12,
    ("/pools/{pools}/", "enterprise"): 10,
    ("/pools/{pools}/", "supplier"): 10,
    ("/pools/{pools}/", "manager"): 12,
    ("/calls/{calls}/", "supplier"): 12,
    ("/calls/{calls}/", "manager"): 12,
    ("/open-data/", "manager"): 10,
    ("/figures/", "supplier"): 12,
    ("/staff/", "manager"): 7,
    ("/staff/", "publisher"): 7,
    ("/staff/", "reviewer"): 7,
    ("/staff/moderation/", "moderator"): 10,
    ("/staff/merge/", "manager"): 11,
    ("/staff/pools/", "manager"): 8,
    ("/staff/calls/", "manager"): 8,
    ("/staff/moderation/capabilities/", "moderator"): 9,
    ("/staff/organisations/", "moderator"): 8,
    ("/staff/calendar/", "manager"): 12,
    ("/staff/engagements/", "manager"): 9,
    ("/staff/imports/", "manager"): 7,
    ("/staff/merge/threshold/", "manager"): 8,
    ("/staff/runs/", "manager"): 8,
    ("/staff/selections/", "manager"): 8,
    ("/staff/ranking/", "manager"): 11,
    ("/staff/synonyms/", "manager"): 12,
    ("/staff/synonyms/proposed/", "manager"): 9,
    ("/staff/vocabulary/", "manager"): 6,
    ("/staff/vocabulary/phrases/", "manager"): 7,
    ("/status", "manager"): 12,
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
