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
    ("/", None): 10,
    ("/needs/", None): 10,
    ("/needs/?q=检测", None): 12,
    ("/needs/?technique=cv", None): 10,
    ("/needs/?fit=none", None): 10,
    ("/capabilities/", None): 10,
    ("/capabilities/?q=检测", None): 11,
    ("/needs/?domain=manufacturing", None): 10,
    ("/capabilities/?technique=cv", None): 11,
    ("/search/", None): 0,
    ("/search/?q=检测", None): 5,
    ("/search/?q=检测", "enterprise"): 8,
    ("/search/?q=检测", "manager"): 8,
    ("/calls/", None): 8,
    ("/results/", None): 5,
    ("/pools/", None): 8,
    ("/organisations/", None): 4,
    ("/organisations/?q=检测", None): 6,
    ("/organisations/?district=huishan&sort=landed", None): 5,
    ("/engagements/", None): 3,
    ("/engagements/?q=检测", None): 5,
    ("/lessons/", None): 6,
    ("/calendar/", None): 5,
    ("/open-data/", None): 10,
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
    ("/sitemap.xml", None): 8,
    ("/needs/{needs}/", None): 7,
    ("/needs/{needs}/like/", None): 8,
    ("/needs/{needs}/", "supplier"): 11,
    ("/capabilities/{capabilities}/", None): 6,
    ("/pools/{pools}/", None): 8,
    ("/calls/{calls}/", None): 7,
    ("/organisations/{organisations}/", None): 8,
    ("/engagements/{engagements}/", None): 10,
    ("/workspace/", "enterprise"): 6,
    ("/workspace/", "supplier"): 6,
    ("/workspace/needs/", "enterprise"): 6,
    ("/workspace/needs/?tab=offer", "enterprise"): 10,
    ("/workspace/capabilities/", "supplier"): 9,
    ("/workspace/suggestions/", "supplier"): 11,
    ("/workspace/following/", "enterprise"): 4,
    ("/workspace/needs/new/", "enterprise"): 6,
    ("/workspace/pools/", "enterprise"): 8,
    ("/workspace/engagements/", "enterprise"): 5,
    ("/workspace/searches/", "enterprise"): 6,
    ("/workspace/lists/{lists}/", "enterprise"): 3,
    ("/workspace/organisation/", "enterprise"): 8,
    ("/workspace/settings/", "enterprise"): 4,
    ("/workspace/capabilities/new/", "supplier"): 6,
    ("/workspace/responses/", "supplier"): 5,
    ("/workspace/record/", "supplier"): 11,
    ("/workspace/notifications/", "enterprise"): 6,
    ("/needs/{needs}/", "enterprise"): 10,
    ("/needs/{needs}/", "manager"): 10,
    ("/capabilities/{capabilities}/", "manager"): 9,
    ("/pools/{pools}/", "enterprise"): 9,
    ("/pools/{pools}/", "supplier"): 9,
    ("/pools/{pools}/", "manager"): 10,
    ("/calls/{calls}/", "supplier"): 10,
    ("/calls/{calls}/", "manager"): 10,
    ("/engagements/{engagements}/", "enterprise"): 10,
    ("/engagements/{engagements}/", "supplier"): 12,
    ("/engagements/{engagements}/notes/", "supplier"): 8,
    ("/engagements/{engagements}/notes/", "manager"): 8,
    ("/engagements/gates/{gates}/", "supplier"): 12,
    ("/engagements/gates/{gates}/", "manager"): 12,
    ("/engagements/decisions/{decisions}/", "supplier"): 11,
    ("/engagements/decisions/{decisions}/", "manager"): 11,
    ("/staff/calls/{calls}/opening/", "manager"): 6,
    ("/open-data/", "manager"): 12,
    ("/figures/", "supplier"): 11,
    ("/staff/", "manager"): 4,
    ("/staff/", "publisher"): 4,
    ("/staff/", "reviewer"): 4,
    ("/staff/moderation/", "moderator"): 10,
    ("/staff/merge/", "manager"): 7,
    ("/staff/pools/", "manager"): 9,
    ("/staff/calls/", "manager"): 7,
    ("/staff/moderation/capabilities/", "moderator"): 5,
    ("/staff/organisations/", "moderator"): 8,
    ("/staff/calendar/", "manager"): 9,
    ("/staff/engagements/", "manager"): 10,
    ("/staff/imports/", "manager"): 4,
    ("/staff/merge/threshold/", "manager"): 5,
    ("/staff/runs/", "manager"): 5,
    ("/staff/selections/", "manager"): 7,
    ("/staff/selections/?queue=failed", "manager"): 6,
    ("/staff/supervision/", "supervisor"): 7,
    ("/workspace/counts/", "enterprise"): 4,
    ("/staff/ranking/", "manager"): 8,
    ("/staff/synonyms/", "manager"): 10,
    ("/staff/synonyms/proposed/", "manager"): 5,
    ("/staff/vocabulary/", "manager"): 4,
    ("/staff/vocabulary/phrases/", "manager"): 4,
    ("/staff/pools/{pools}/", "manager"): 12,
    ("/engagements/{engagements}/", "manager"): 12,
    ("/status", "manager"): 9,
    ("/staff/dashboard/", "manager"): 10,
    ("/staff/publication/", "publisher"): 6,
    ("/staff/events/", "auditor"): 9,
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
