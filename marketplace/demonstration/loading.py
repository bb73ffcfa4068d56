"""Taking the demonstration through the actions: as owners, moderator, supervisor and publisher would.

One transaction: the demonstration is there as a whole or not at all, and the row that marks it stands in the same
transaction. What follows from it (checks, index, proposals, suggestions, notices) the outbox carries to the workers.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from marketplace.actions import accounts, capabilities, organisations
from marketplace.actions.imports import import_capability
from marketplace.actors import actor_for
from marketplace.demonstrated import take
from marketplace.demonstration.files import FOLDER, read
from marketplace.demonstration.logins import PASSWORD, logins, totp_secret
from marketplace.imports.columns import Column, capability_columns, need_columns
from marketplace.imports.drafts import capability_draft, need_draft
from marketplace.imports.errors import UnreadableFile
from marketplace.imports.reading import read_lines
from marketplace.imports.rows import ParsedRow, find_header, parse
from marketplace.models import Account, Organisation
from scenarios.actions import moderation, needs
from scenarios.actions.imports import import_need
from scenarios.actor import SYSTEM, Actor
from scenarios.models import Chain
from scenarios.risk import QUESTIONS

HIGH_RISK = ("R3", "R4")
# They stay with the moderators, so that the queue of capabilities shows something.
WAITING_CAPABILITIES = frozenset({"dye-recipe", "pharmacy-stock"})
Progress = Callable[[int, int], None]


@transaction.atomic
def load_demonstration(progress: Progress = lambda done, total: None) -> bool:
    """Load the demonstration unless it is there; return whether it was loaded now.

    progress : called with (done, total) after every need and capability.
    """
    first = take("loaded")
    if first:
        Loading(progress).run()
    return first


class Loading:
    """The people and organisations of one loading, and the steps in their order."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.organisations: dict[str, Organisation] = {}
        self.owners: dict[str, Actor] = {}
        self.staff: dict[str, Actor] = {}

    def run(self) -> None:
        self.open_accounts()
        self.register_organisations()
        rows = parsed("needs.csv", need_columns())
        offers = parsed("capabilities.csv", capability_columns())
        total = len(rows) + len(offers)
        for done, row in enumerate(offers, start=1):
            self.take_capability(row)
            self.progress(done, total)
        for done, row in enumerate(rows, start=len(offers) + 1):
            self.take_need(row)
            self.progress(done, total)

    def open_accounts(self) -> None:
        # One hash for all: the password is one and the same, and hashing it thirty times would take most of the time.
        password_hash = make_password(PASSWORD)
        for one in logins():
            account = accounts.open_account(
                actor=SYSTEM, email=one.email, name=one.name_zh, password_hash=password_hash
            )
            if one.role:
                accounts.appoint_staff(actor=SYSTEM, account=account, role=one.role, totp_secret=totp_secret(one.email))
                self.staff.setdefault(one.role, actor_for(account))

    def register_organisations(self) -> None:
        owner_of = {one.organisation: one.email for one in logins() if one.organisation}
        chains = dict(Chain.objects.values_list("name_zh", "code"))
        for row in read("organisations.csv"):
            account = Account.objects.get(email=owner_of[row["key"]])
            fields: Any = {name: row[name] for name in ("name_zh", "name_en", "kind", "uscc")}
            fields |= {"district_id": row["district"], "chain_id": chains[row["chain"]]}
            if row["kind"] == "government":
                made = organisations.enter_organisation(actor=SYSTEM, fields=fields, owner_id=account.pk)
            else:
                made = organisations.register_organisation(actor=actor_for(account), fields=fields)
            organisations.verify_organisation(actor=self.staff["moderator"], organisation_id=made.pk)
            self.organisations[row["key"]], self.owners[row["key"]] = made, actor_for(account)

    def take_capability(self, row: ParsedRow) -> None:
        """Draft, submit, verify and publish a capability; a few stay with the moderators."""
        key, name = row.values["organisation"], row.values["external_id"]
        draft, owner = capability_draft(row), self.owners[key]
        made = import_capability(
            actor=owner, owner_id=self.organisations[key].pk, external_id=name, **draft._asdict()
        ).object
        capabilities.submit_capability(actor=owner, capability_id=made.pk)
        if name not in WAITING_CAPABILITIES:
            capabilities.verify_capability(actor=self.staff["moderator"], capability_id=made.pk)
            capabilities.publish_capability(actor=self.staff["publisher"], capability_id=made.pk)

    def take_need(self, row: ParsedRow) -> None:
        """Draft a need and take it as far as its intent says."""
        key, name = row.values["organisation"], row.values["external_id"]
        draft, owner, intent = need_draft(row), self.owners[key], self.intents[name]
        # The file names the questions answered by yes; in a file of anybody else's, an empty cell answers nothing.
        draft.fields["risk_answers"] = draft.fields.get("risk_answers") or dict.fromkeys(QUESTIONS, False)
        made = import_need(actor=owner, owner_id=self.organisations[key].pk, external_id=name, **draft._asdict()).object
        if intent == "draft":
            return
        needs.submit_need(actor=owner, need_id=made.pk)
        if intent == "submitted":
            return
        moderation.check_need(need_id=made.pk)
        if intent == "returned":
            moderation.return_need(actor=self.staff["moderator"], need_id=made.pk, reasons=self.reasons[name])
            return
        moderation.approve_need(actor=self.staff["moderator"], need_id=made.pk)
        if intent == "publish":
            self.publish(made.pk, made.risk_tier)

    def publish(self, need_id: UUID, tier: str) -> None:
        if tier in HIGH_RISK:
            moderation.supervise_need(actor=self.staff["supervisor"], need_id=need_id)
        moderation.publish_need(actor=self.staff["publisher"], need_id=need_id)

    @cached_property
    def intents(self) -> dict[str, str]:
        return {row["external_id"]: row["intent"] for row in read("needs.csv")}

    @cached_property
    def reasons(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for row in read("returns.csv"):
            found.setdefault(row["external_id"], {})[row["field"]] = row["reason"]
        return found


def parsed(name: str, columns: tuple[Column, ...]) -> list[ParsedRow]:
    """Return the rows of a file of the demonstration, typed.

    Raises UnreadableFile naming the first row that is wrong.
    """
    lines = iter(read_lines((FOLDER / name).read_bytes(), name))
    rows = list(parse(lines, find_header(lines, columns), columns))
    for row in rows:
        for problem in row.problems:
            raise UnreadableFile(f"{name}, {row.number}, {problem.column}: {problem.reason}")
    return rows
