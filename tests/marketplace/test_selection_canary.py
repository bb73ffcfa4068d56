"""Before the public notice nobody reads whose a response is, nor what another reviewer gave it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from marketplace.actions import scoring
from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import Account, Notification
from scenarios.access import allows
from scenarios.actor import PUBLIC, Actor
from scenarios.models import Event
from tests.calls import close, sealed, sealed_call
from tests.drain import drain_outbox
from tests.factories import PARTS, Cast, make_member, make_organisation
from tests.routes import Route, routes
from tests.selections import Review, admit_all, declare_all, open_all

NAME, ADDRESS = "QZJWXK视觉", "qzjwxk-member@example.org"
COMMENT, VALUE = "canary-comment-of-one-reviewer", "73.19"


@pytest.fixture
def review(cast: Cast, caplog: pytest.LogCaptureFixture) -> Review:
    """A response of a supplier with a telling name, which also stands in its texts; one reviewer has scored it."""
    caplog.set_level("DEBUG")
    ready = sealed_call(cast)
    account = make_member(make_organisation(NAME, kind="supplier"), email=ADDRESS)
    sealed(ready.call, account, f"（{NAME}承诺）")
    close(ready.call)
    open_all(ready)
    selection = open_evaluation(actor=actor_for(ready.reviewers[0]), call_id=ready.call.pk)
    review = Review(ready, [account], selection)
    declare_all(review)
    admit_all(review)
    (response,) = review.responses()
    given = {n: scoring.Given(scoring.CENT * 7319, COMMENT) for n in (0, 1)}
    scorer = actor_for(ready.reviewers[1])
    scoring.save_scores(actor=scorer, selection_id=selection.pk, response_id=response.pk, version=0, scores=given)
    scoring.submit_scores(actor=scorer, selection_id=selection.pk)
    drain_outbox()
    return review


def readers(cast: Cast, review: Review) -> Iterator[tuple[str, Actor, Client]]:
    for part in PARTS:
        yield str(part), cast.actor(part) if part else PUBLIC, cast.client(part)
    for place, account in enumerate(review.ready.reviewers):
        client = Client(headers={"accept-language": "en"})
        client.force_login(account)
        yield f"reviewer {place}", actor_for(account), client


def texts(review: Review, actor: Actor, client: Client) -> Iterator[tuple[str, str]]:
    """Yield (address, text) of everything that the reader can get about the call and its response."""
    (response,) = review.responses()
    numbers = {"number": [response.number], "place": [1]}
    events = [Event.objects.latest("pk").pk, Event.objects.filter(kind="call.response_step").latest("pk").pk]

    def values(template: str, kind: str, name: str) -> list[Any]:
        if kind == "int":
            return numbers.get(name, events)
        if kind != "uuid":
            return ["need"]
        if "selections/" in template:
            return [review.selection.pk]
        return [response.pk if "responses/" in template and "calls/" not in template else review.ready.call.pk]

    for route in routes():
        if not route.foreign and allows(actor, route.audience("get") or ()) and not _is_a_register(route):
            for path in route.paths(values):
                answer = client.get(path, {"page_size": "100"})
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                yield path, content.decode(errors="replace")


def _is_a_register(route: Route) -> bool:
    # Who is an organisation is public; that this one responded is not.
    return "organisations/" in route.template and "<uuid" not in route.template


@pytest.mark.slow
def test_before_the_notice_nobody_reads_names_or_the_scores_of_others(cast: Cast, review: Review) -> None:
    (response,) = review.responses()
    scorer = review.ready.reviewers[1].pk
    secrets = [NAME, response.code, str(response.lead_id), COMMENT, VALUE]
    read = 0
    for part, actor, client in readers(cast, review):
        client.raise_request_exception = False
        own = (COMMENT, VALUE) if actor.account_id == scorer else ()
        for path, text in texts(review, actor, client):
            read += 1
            told = [one for one in secrets if one in text and one not in path and one not in own]
            assert told == [], (part, path)
            if not actor.has_role("auditor"):
                assert str(review.suppliers[0].pk) != _author_in(text), (part, path)
    assert read > 300


def _author_in(text: str) -> str:
    """Return the account that a step of a response names in an event that the API shows; empty where there is none."""
    try:
        event = json.loads(text)
    except ValueError:
        return ""
    rows = event.get("results", [event]) if isinstance(event, dict) else []
    steps = [row for row in rows if isinstance(row, dict) and row.get("kind") == "call.response_step"]
    return str(steps[0]["actor_id"]) if steps else ""


def test_the_canaries_are_alive(cast: Cast, review: Review) -> None:
    """Its own author reads the name, the scorer the scores: what is planted nowhere would prove nothing."""
    author, scorer = Client(), Client()
    author.force_login(review.suppliers[0])
    scorer.force_login(review.ready.reviewers[1])
    own = "".join(text for _path, text in texts(review, actor_for(review.suppliers[0]), author))
    assert NAME in own
    seen = "".join(text for _path, text in texts(review, actor_for(review.ready.reviewers[1]), scorer))
    assert (COMMENT in seen, VALUE in seen, "▇▇▇" in seen) == (True, True, True)


def test_mails_events_and_the_log_tell_nothing(review: Review, caplog: pytest.LogCaptureFixture) -> None:
    secrets = (NAME, COMMENT, VALUE)
    lines = "\n".join(f"{row.getMessage()} {vars(row)}" for row in caplog.get_records("setup"))
    ours = "\n".join(line for line in lines.splitlines() if "django.db.backends" not in line)
    events = "\n".join(str(row) for row in Event.objects.values())
    mails = "\n".join(f"{one.subject} {one.body}" for one in mail.outbox)
    assert [one for one in secrets for text in (ours, events, mails) if one in text] == []
    assert Notification.objects.filter(event__kind="selection.opened").count() == 2  # the chair knows
    assert Account.objects.filter(email=ADDRESS).exists()
