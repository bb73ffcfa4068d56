"""Before the public notice nobody reads whose a response is, nor what another reviewer gave it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from marketplace.actions import eligibility, feedback, objections, public_notice, scoring, selection_panel
from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import Account, Notification, Response
from scenarios.access import allows
from scenarios.actor import PUBLIC, Actor
from scenarios.models import Event
from tests.calls import close, sealed, sealed_call
from tests.drain import drain_outbox
from tests.factories import PARTS, Cast, make_account, make_member, make_organisation
from tests.routes import Route, routes
from tests.selections import Review, admit_all, agree, declare_all, evaluated_call, open_all

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
    for account in (*review.ready.reviewers, *review.suppliers):
        client = Client(headers={"accept-language": "en"})
        client.force_login(account)
        yield account.email, actor_for(account), client


def texts(review: Review, actor: Actor, client: Client) -> Iterator[tuple[str, str]]:
    """Yield (address, text) of everything that the reader can get about the call and its response."""
    responses = review.responses()
    numbers = {"number": [row.number for row in responses], "place": [1]}
    events = [Event.objects.latest("pk").pk, Event.objects.filter(kind="call.response_step").latest("pk").pk]

    def values(template: str, kind: str, name: str) -> list[Any]:
        if kind == "int":
            return numbers.get(name, events)
        if kind != "uuid":
            return ["need"]
        if "selections/" in template:
            return [review.selection.pk]
        if "responses/" in template and "calls/" not in template:
            return [row.pk for row in responses]
        return [review.ready.call.pk]

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
        if actor.belongs_to(response.lead_id):
            continue
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


STATEMENT, EXPLANATION = "canary-statement-of-who-left", "canary-explanation-of-the-clause"
REASONS, ANSWER, REMARK = "canary-reasons-of-the-objection", "canary-answer-to-it", "canary-remark-to-the-loser"


def under_notice(cast: Cast) -> tuple[Review, Response, Response]:
    """Return a selection whose third reviewer left, and of its responses the loser, that objected, and the excluded."""
    review = evaluated_call(cast, 3)
    act: Any = {"selection_id": review.selection.pk}
    chair, second, third = (actor_for(account) for account in review.ready.reviewers)
    left = selection_panel.declare(actor=third, conflict=True, statement=STATEMENT, **act)
    new = make_account("replacement@example.org", roles=("reviewer",))
    selection_panel.replace_reviewer(actor=cast.actor("manager"), seat_id=left.pk, account_id=new.pk, **act)
    declare_all(review)
    winner, loser, out = review.responses()
    eligibility.exclude(actor=chair, response_id=out.pk, clause="indicator", explanation=EXPLANATION, **act)
    admit_all(review)
    scores = ((winner, "80"), (loser, "70"))
    for reviewer in (chair, second, actor_for(new)):
        for row, value in scores:
            given = dict.fromkeys((0, 1), scoring.Given(Decimal(value), COMMENT))
            scoring.save_scores(actor=reviewer, response_id=row.pk, version=0, scores=given, **act)
        scoring.submit_scores(actor=reviewer, **act)
    for row, value in scores:
        agree(review, row, [value, value])
    public_notice.publish_notice(actor=cast.actor("publisher"), version=review.fresh().version, **act)
    loser.refresh_from_db()
    said = dict.fromkeys((0, 1), feedback.Remarks(REMARK, REMARK))
    feedback.write_feedback(actor=chair, response_id=loser.pk, version=loser.version, remarks=said, **act)
    author = actor_for(Account.objects.get(memberships__organisation=loser.lead))
    made = objections.object_to(actor=author, organisation_id=loser.lead_id, reasons=REASONS, **act)
    objections.reject_objection(actor=cast.actor("manager"), objection_id=made.pk, answer=ANSWER)
    drain_outbox()
    return review, loser, out


@pytest.mark.slow
def test_what_is_said_in_a_selection_is_read_by_those_it_is_for(cast: Cast) -> None:
    """From the notice on: by the manager who left and why, by the panel its comments, by an author its own clause."""
    review, loser, out = under_notice(cast)
    panel = set(review.selection.seats.filter(left_at__isnull=True).values_list("account", flat=True))
    rules: dict[str, Any] = {
        STATEMENT: lambda actor: actor.has_role("manager"),
        EXPLANATION: lambda actor: actor.account_id in panel or actor.belongs_to(out.lead_id),
        COMMENT: lambda actor: actor.account_id in panel,
        REMARK: lambda actor: actor.account_id in panel,  # by its author with the award
        REASONS: lambda actor: actor.is_staff or actor.belongs_to(loser.lead_id),
        ANSWER: lambda actor: actor.is_staff or actor.belongs_to(loser.lead_id),
    }
    found = set()
    for part, actor, client in readers(cast, review):
        client.raise_request_exception = False
        for path, text in texts(review, actor, client):
            told = {one for one in rules if one in text}
            found |= told
            assert [one for one in told if not rules[one](actor)] == [], (part, path)
    assert found == set(rules)
    assert [one for one in rules for row in Event.objects.values() if one in str(row)] == []
    assert [one for one in rules for message in mail.outbox if one in f"{message.subject} {message.body}"] == []
