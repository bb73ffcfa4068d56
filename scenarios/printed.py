"""Needs and calls as they are printed: what everyone may read of them, whoever asks."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from scenarios.actor import PUBLIC, Actor
from scenarios.addresses import site_address
from scenarios.audiences import CALL_FIELDS, Audience, visible_fields
from scenarios.choices import PrintedListKind
from scenarios.facts import label_of, lot_labels, number, text_of_field
from scenarios.models import Call, Need
from scenarios.printing import Document, Entry, Indicator, Progress, unwatched
from scenarios.shown_need import IndicatorRow, indicator_rows, shown_need

TOLD = ("problem", "users_and_site", "current_process", "boundary_in", "boundary_out")
CALL_FACTS = (
    "kind",
    "budget_cap",
    "opens_at",
    "question_deadline",
    "closes_at",
    "publicity_days",
    "consortium_allowed",
)


class Format(NamedTuple):
    """How a document is written, and what the file is called in the head of an answer."""

    content_type: str
    write: Callable[..., bytes]


def _as_word(document: Document, progress: Progress = unwatched) -> bytes:
    from scenarios.printing.word import word_file

    return word_file(document, progress)


def _as_pdf(document: Document, progress: Progress = unwatched) -> bytes:
    from scenarios.printing.pdf import pdf_file

    return pdf_file(document, progress)


FORMATS = {
    "docx": Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _as_word),
    "pdf": Format("application/pdf", _as_pdf),
}
"""Both libraries are loaded by whoever prints, not by every web process at its start."""


def list_document(title: Any, entries: list[Entry], narrowed: Iterable[Any]) -> Document:
    """Return a list to be printed. narrowed : the words for what it was narrowed by."""
    city = settings.CITY_NAME.get(get_language() or "", settings.CITY_NAME["zh-hans"])
    lines = [" · ".join(part for part in (gettext("Scenario Marketplace"), city) if part)]
    if chosen := " · ".join(map(str, narrowed)):
        lines.append(gettext("Narrowed to: %(chosen)s") % {"chosen": chosen})
    lines += [date_format(localdate(), "Y-m-d"), gettext("Entries: %(number)d") % {"number": len(entries)}]
    return Document(str(title), [*lines, site_address("/")], entries)


def one_document(entry: Entry) -> Document:
    """Return a document of one entry alone."""
    return Document(entry.title, [], [entry])


def need_entry(need: Need) -> Entry:
    """Return a need that was loaded with `for_page`."""
    shown = shown_need(need, PUBLIC)
    facts = [(label_of(Need, "owner"), str(shown.owner))]
    facts += [(fact.label, fact.text) for group in shown.facts.values() for fact in group if fact.text]
    texts = [(label_of(Need, name), shown.text[name]) for name in TOLD if shown.text[name]]
    return Entry(need.code, need.title, facts, texts, _indicators(shown.indicators))


def call_entry(call: Call) -> Entry:
    """Return a call that was loaded with `for_print`."""
    visible = visible_fields(CALL_FIELDS, Audience.PUBLIC)
    source: Any = call.demand or call.need
    quantity = call.quantity_band or text_of_field(call, "quantity")
    facts = [(gettext("Comes from"), f"{source.code} {source.title}")]
    if quantity:
        facts.append((label_of(Call, "quantity"), f"{quantity} {call.get_quantity_unit_display()}".strip()))
    told = [(label_of(Call, name), text_of_field(call, name)) for name in CALL_FACTS if name in visible]
    eligibility = "\n".join(f"{row['name']}: {row['text']}" for row in call.eligibility)
    texts = [(label_of(Call, "summary"), call.summary), (label_of(Call, "eligibility"), eligibility)]
    texts += [(label_of(Call, "criteria"), _criteria(call)), (label_of(Call, "lots"), _lots(call))]
    texts += [(gettext("Sandbox"), _sandbox(call)), *_talk(call)]
    return Entry(
        call.code,
        call.title,
        [*facts, *((label, text) for label, text in told if text)],
        [(label, text) for label, text in texts if text],
        _indicators(indicator_rows(call.indicators)),
    )


def _criteria(call: Call) -> str:
    """Return each criterion with its weight and, where it has one, its minimum score."""
    lines = []
    for row in call.criteria:
        least = row.get("minimum") or row.get("minimum_score")
        line = gettext("%(name)s: %(weight)s %%") % {"name": row["name"], "weight": number(row["weight"])}
        lines.append(
            gettext("%(line)s, at least %(score)s") % {"line": line, "score": number(least)} if least else line
        )
    return "\n".join(lines)


def _lots(call: Call) -> str:
    """Return the lots that can be answered one by one; nothing where there is one."""
    return "\n".join(lot_labels(call.lots).values()) if len(call.lots) > 1 else ""


def _sandbox(call: Call) -> str:
    """Return within which limits whoever wins works, where that is in a sandbox."""
    plan = getattr(call, "sandbox_plan", None)
    if plan is None:
        return ""
    limits = [f"{row['name']}: {row['value']} {row['unit']}".strip() for row in plan.limits]
    return "\n".join([plan.scope, *limits, *plan.exit_criteria])


def _talk(call: Call) -> list[tuple[str, str]]:
    """Return what was added and answered while the call was open."""
    addenda = [
        f"{row.number} ({date_format(localtime(row.published_at), 'Y-m-d H:i')})\n{row.text}"
        for row in call.addenda.all()
    ]
    answered = [f"{row.text}\n→ {row.answer}" for row in call.questions.all() if row.answer]
    return [
        (gettext("Addenda"), "\n\n".join(addenda)),
        (gettext("Questions and answers"), "\n\n".join(answered)),
    ]


def _indicators(rows: Iterable[IndicatorRow]) -> list[Indicator]:
    marked = _("%(metric)s (essential)")
    return [
        Indicator(
            str(marked) % {"metric": row.metric} if row.essential else row.metric,
            row.baseline,
            row.target,
            row.test_method,
        )
        for row in rows
    ]


class Printable(NamedTuple):
    """A public list that is printed. name : of the file. page : the name of its address.

    loaded : rows → the same with what an entry reads.

    found : reader and address → the rows, for a worker; None where `scenarios.finding` knows the kind.
    """

    name: str
    page: str
    title: Any
    loaded: Callable[[Any], Any]
    entry: Callable[[Any], Entry]
    found: Callable[[Actor, QueryDict], Any] | None = None


PRINTED_LISTS: dict[str, Printable] = {
    PrintedListKind.NEED: Printable(
        "needs", "need_list", PrintedListKind.NEED.label, lambda rows: rows.for_page(), need_entry
    ),
    PrintedListKind.CALL: Printable(
        "calls", "call_list", PrintedListKind.CALL.label, lambda rows: rows.for_print(), call_entry
    ),
}


def add_printed(kind: PrintedListKind, listed: Printable) -> None:
    """Add a list that this package knows nothing of, at the start of the app that does."""
    PRINTED_LISTS[kind] = listed
