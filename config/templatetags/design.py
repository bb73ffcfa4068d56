"""Template tags of the design system: tones, icons, marks and the small sums that pictures need.

Components in ``config/templates/cotton/`` load this library; it holds no query and no rule of the domain.
"""

import re
from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.forms import BoundField
from django.template.defaultfilters import date as date_filter
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from config.navigation import NavigationLink, main_links, workspace_links
from scenarios import facts
from scenarios.findings import LABELS
from scenarios.text_diff import Part, text_diff

register = template.Library()

LABEL_SPACE = 10.0  # per cent of a meter's width
_HAN = re.compile(r"[\u3400-\u9fff]")

TONES = {
    "good": "approved published verified open formed accepted threshold_met shortlisted met pass sent done R1 success"
    " eligible none passed confirmed left",
    "info": "submitted checked pending reviewed consenting invited frozen leased running R2 info debug hint declared"
    " sealed opened scored evaluating publicity proposed preparing asked promised delivered planned combining"
    " waiting",
    "warn": "returned unverified threshold_missed accepted_with_reservation expired retry R3 warning reservation"
    " upheld",
    "bad": "suspended declined cancelled rejected quarantined failed conflict blocker R4 error danger ineligible"
    " refused stopped_breach",
    "special": "landed called contacted pooled awarded imported taken reserve active",
    "neutral": "draft drafted closed withdrawn dismissed superseded split dissolved queued not_selected called_off"
    " stopped_no_fault stopped released taken_back undone",
}
TONE_BY_STATUS = {status: tone for tone, statuses in TONES.items() for status in statuses.split()}
_TONE_ICONS = {"good": "check", "info": "info", "warn": "alert", "bad": "cross", "special": "star", "neutral": "circle"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw the symbol `name` of ``icons.svg``; without a `label` it is decoration and hidden from screen readers."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.filter
def is_chinese_here(text: object) -> bool:
    """Whether a text is Chinese on a page in another language: a reader and a screen reader must be told."""
    return not (get_language() or "").startswith("zh") and bool(_HAN.search(str(text or "")))


@register.filter
def in_own_language(text: object) -> SafeString:
    """Return `text`, escaped; on a page in another language a Chinese one carries its own ``lang``."""
    if is_chinese_here(text):
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return conditional_escape(str(text or ""))


@register.filter
def enumerated(texts: Iterable[Any]) -> str:
    """Write texts as one enumeration in the reader's language."""
    return facts.listed(texts)


@register.filter
def money(amount: Any) -> str:
    """Write an amount in 万元 as the reader's language counts: 700 万元, or CNY 7,000,000."""
    return facts.money(amount)


@register.filter
def plain_number(value: Any) -> str:
    """Write a number without idle zeros: 80.3000 as 80.3."""
    return facts.number(value)


@register.filter
def grouped(value: Any) -> str:
    """Write a number as people read it: 12000.50 as 12,000.5; nothing for none."""
    return "" if value in (None, "") else facts.grouped(value)


@register.filter(expects_localtime=True)
def day(value: Any) -> SafeString:
    """Write a day, of a time its day in Shanghai, as ``<time>``; nothing for none."""
    text = date_filter(value, "Y-m-d")
    return format_html('<time datetime="{}">{}</time>', text, text) if text else mark_safe("")


@register.filter(expects_localtime=True)
def moment(value: Any) -> SafeString:
    """Write a time of Shanghai to the minute as ``<time>``; nothing for none."""
    shape = '<time datetime="{}">{}</time>'
    return format_html(shape, date_filter(value, "c"), date_filter(value, "Y-m-d H:i")) if value else mark_safe("")


@register.filter
def tone(status: object) -> str:
    """Return the tone of a status (``good``, ``info``, ``warn``, ``bad``, ``special``), ``neutral`` if it has none.

    A tone's own name is returned as it is, so that a component takes either.
    """
    name = str(status or "")
    return name if name in _TONE_ICONS else TONE_BY_STATUS.get(name, "neutral")


@register.filter
def tone_icon(tone_name: str) -> str:
    """Return the icon that stands beside a tone's colour, since colour alone tells nothing to many readers."""
    return _TONE_ICONS.get(tone_name, "circle")


@register.filter
def score_tone(score: float | None) -> str:
    """Return the tone of a precision score: from 80 on good, from 60 on a warning, below it bad."""
    if score is None:
        return "neutral"
    return "good" if score >= 80 else "warn" if score >= 60 else "bad"


@register.filter
def share(value: Any, whole: Any) -> str:
    """Return `value` as a percentage of `whole`, held to 0–100, for an SVG attribute: ``"62.5%"``."""
    total = float(whole or 0)
    percent = 100 * float(value or 0) / total if total else 0.0
    return f"{min(max(percent, 0.0), 100.0):.1f}%"


@register.filter
def percent(part: Any) -> str:
    """Return a part of one in whole per cent: ``35 %``; a dash for nothing."""
    return "–" if part is None else f"{100 * float(part):.0f} %"


@register.filter
def label_anchor(percent: str) -> str:
    """Return the SVG ``text-anchor`` that keeps a label at `percent` of the width inside the picture."""
    position = float(percent.rstrip("%"))
    return "start" if position < 5 else "end" if position > 95 else "middle"


@register.simple_tag
def scale_end(pooled: Any, thresholds: Iterable[Any], possible: Any = 0) -> float:
    """Return where a scale meter's axis ends: a tenth beyond the largest of the quantities and the thresholds."""
    quantities = [float(pooled or 0), float(possible or 0)]
    for threshold in thresholds:
        quantities.append(float(_of(threshold, "quantity")))
    return (max(quantities) or 1.0) * 1.1


@register.simple_tag
def scale_ticks(thresholds: Iterable[Any], end: float) -> list[dict[str, str]]:
    """Return the marks of a scale meter, smallest first: where each stands and its label.

    One mark per quantity; a label that would touch the one before it is left out, the table has it.
    """
    ticks, last = [], -LABEL_SPACE
    for text in sorted({str(_of(one, "quantity")) for one in thresholds}, key=float):
        percent = 100 * float(text) / end
        fits = percent - last >= LABEL_SPACE
        last = percent if fits else last
        ticks.append({"x": share(text, end), "label": text if fits else ""})
    return ticks


@register.filter
def field_label(name: str) -> str:
    """Return what a need's field is called in the reader's language; a field without a label is called by its name."""
    return str(LABELS.get(name, name))


@register.filter
def marked(text: object, terms: Iterable[str]) -> SafeString:
    """Return `text`, escaped, with all that the `terms` cover inside ``<mark>``; what overlaps or touches is one."""
    source = str(text or "")
    parts: list[str] = []
    end = 0
    for start, stop in _covered(source, {str(term) for term in terms or () if str(term).strip()}):
        parts += [conditional_escape(source[end:start]), format_html("<mark>{}</mark>", source[start:stop])]
        end = stop
    parts.append(conditional_escape(source[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped above


@register.filter
def diffed(before: object, after: object) -> list[Part]:
    """Return two versions of a text as passages: the same, removed, added."""
    return text_diff(str(before or ""), str(after or ""))


@register.simple_tag
def found_title(title: object, hit: Any) -> SafeString:
    """Return a title with the passages of a search's hit marked; as it is where nothing was looked for."""
    return marked(title, hit.terms if hit else ())


def _covered(source: str, terms: set[str]) -> list[tuple[int, int]]:
    """Return where the terms stand, upper or lower case, as ranges apart from each other."""
    # Looking ahead finds overlapping occurrences of a term as well.
    found = [
        (match.start(), match.start() + len(term))
        for term in terms
        for match in re.finditer(f"(?={re.escape(term)})", source, re.IGNORECASE)
    ]
    ranges: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(stop, ranges[-1][1]))
        else:
            ranges.append((start, stop))
    return ranges


@register.filter
def control(field: BoundField) -> str:
    """Return how a bound field is laid out: ``hidden``, ``checkbox``, ``choices``, ``file`` or ``text``."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    return "file" if isinstance(widget, forms.FileInput) else "text"


@register.filter
def character_limit(field: BoundField) -> int | None:
    """Return the field's maximum length, None where it has none."""
    limit = getattr(field.field, "max_length", None)
    return int(limit) if limit else None


@register.filter
def error_target(field: BoundField) -> str:
    """Return the id an error summary links to: of the control, or of the group where it is a set of choices."""
    return f"{field.auto_id}_0" if control(field) == "choices" else field.id_for_label or field.auto_id


@register.simple_tag(takes_context=True)
def main_navigation(context: template.Context) -> list[NavigationLink]:
    """Return the public navigation's links that this site serves, the current one marked."""
    return main_links(_path(context))


@register.simple_tag(takes_context=True)
def workspace_navigation(context: template.Context) -> list[NavigationLink]:
    """Return the workspace links of the actor in the context, with the counts in ``nav_counts``; none for a visitor."""
    return workspace_links(context.get("actor"), _path(context), context.get("nav_counts") or {})


def _path(context: template.Context) -> str:
    request = context.get("request")
    return request.path if request is not None else ""


@register.filter
def page_numbers(paginator: "Paginator[Any]", current: int) -> list[int | None]:
    """Return the page numbers a pager shows around the `current` one; None stands for a gap."""
    numbers = paginator.get_elided_page_range(current, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]


@register.filter
def startswith(text: str, beginning: str) -> bool:
    """Tell whether `text` begins with `beginning`: which tab a page stands under."""
    return text.startswith(beginning)


@register.filter
def worth_below(rows: Iterable[Any], major: int) -> dict[str, Any]:
    """Return the rows of points that are worth less than `major` each, with their sums."""
    minor = [row for row in rows if _of(row, "of") < major]
    sums = {name: sum(_of(row, name) for row in minor) for name in ("points", "of")}
    return {"rows": minor, **sums}


@register.filter
def of_severity(findings: Iterable[Any], severity: str) -> list[Any]:
    """Return the findings of one severity."""
    return [finding for finding in findings if _of(finding, "severity") == severity]


def _of(row: Any, name: str) -> Any:
    """Read a row that comes as a dataclass from the check or as a dict from a stored report."""
    return row[name] if isinstance(row, dict) else getattr(row, name)
