"""What the page at /design/ shows: every component with invented material in each of its states."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from config.gallery_colours import contrasts, spaces
from config.gallery_pictures import pictures
from scenarios.comparison import Cell, ComparedRow
from scenarios.precision import NeedDraft, PrecisionReport, check
from scenarios.waiting import Wait

TONES = ("neutral", "info", "good", "warn", "bad", "special")
STATUSES = (
    ("draft", _("Draft")),
    ("submitted", _("Submitted")),
    ("returned", _("Returned")),
    ("approved", _("Approved")),
    ("published", _("Published")),
    ("landed", _("Landed")),
    ("suspended", _("Suspended")),
)
ICONS = (
    *("factory", "merge", "split", "scale", "megaphone", "spark", "target", "building", "pin", "calendar", "file"),
    *("shield", "inbox", "bell", "list", "activity", "user", "globe", "search", "filter", "edit", "trash", "upload"),
)


class GalleryForm(forms.Form):
    """One field of each kind; an empty post shows every one of them in its error state."""

    title = forms.CharField(
        max_length=40, label=_("Title"), help_text=_("What is to be detected, measured or decided.")
    )
    problem = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), label=_("Problem"))
    district = forms.ChoiceField(
        label=_("District"), choices=[("binhu", "滨湖 Binhu"), ("xishan", "锡山 Xishan"), ("jiangyin", "江阴 Jiangyin")]
    )
    quantity = forms.DecimalField(label=_("Quantity"), min_value=1)
    start = forms.DateField(label=_("Start"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    deploy = forms.ChoiceField(
        label=_("Where it runs"),
        widget=forms.RadioSelect,
        choices=[("onprem", _("On the premises")), ("edge", _("At the edge")), ("cloud_cn", _("Cloud in China"))],
    )
    data_at_hand = forms.MultipleChoiceField(
        label=_("Data at hand"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("image", _("Pictures")), ("series", _("Time series")), ("text", _("Texts"))],
    )
    attachment = forms.FileField(label=_("Attachment"), required=False)
    agreed = forms.BooleanField(label=_("What I state here may be published"))


class GalleryIndicatorForm(forms.Form):
    """One row of an indicator form set."""

    metric = forms.CharField(max_length=60, label=_("Indicator"))
    comparator = forms.ChoiceField(label=_("Comparison"), choices=[("le", "≤"), ("ge", "≥"), ("eq", "=")])
    target = forms.DecimalField(label=_("Target"))
    unit = forms.CharField(max_length=20, label=_("Unit"))
    baseline = forms.DecimalField(label=_("Baseline"), required=False)
    test_method = forms.CharField(max_length=200, label=_("Test method"), required=False)


IndicatorFormSet = forms.formset_factory(GalleryIndicatorForm, extra=0, can_delete=True)


def gallery_context(*, posted: bool = False) -> dict[str, Any]:
    """Return the template context of ``design.html``; `posted` adds the error states of an empty form."""
    filled = {"title": "冷轧薄板表面缺陷在线检测", "district": "jiangyin", "quantity": "4", "deploy": "onprem"}
    return {
        "tones": TONES,
        "contrasts": contrasts(),
        "spaces": spaces(),
        "icons": ICONS,
        "statuses": STATUSES,
        "form": GalleryForm(initial=filled),
        "wrong_form": GalleryForm(data={"title": "打造世界一流智能工厂" * 5}, auto_id="wrong_%s"),
        "formset": IndicatorFormSet(prefix="indicators", initial=_indicators()),
        "page": Paginator(range(240), 20).get_page(4),
        "matrix": _matrix(),
        "waits": [Wait(days=days, promised=3) for days in (0.2, 2.0, 5.0)],
        "facet": _facet(),
        "steps": _steps(),
        "tasks": _tasks(),
        "failed_steps": [*_steps()[:2], {"label": _("Returned"), "state": "failed", "detail": _("2 fields")}],
        "when": datetime(2026, 9, 1, 9, 30, tzinfo=UTC),
        "report": _report(),
        "terms": _terms(),
        "shared_terms": ["表面缺陷", "漏检率", "产线"],
        "thresholds": _thresholds(),
        "curve": _curve(),
        "reliability": _reliability(),
        "proof": _proof(),
        "columns": ["XQ-2026-0007", "XQ-2026-0012", "XQ-2026-0031"],
        "differences": _differences(),
        "two_versions": [{"name": "title", "label": _("Title"), "mine": "表面缺陷检测", "saved": "缺陷在线检测"}],
        "revision": ("漏检率不高于 1 %，不含内部缺陷探伤。", "漏检率不高于 0.5 %，不含内部缺陷探伤与分拣。"),
        "pictures": pictures(),
        "show_errors": posted,
    }


def _matrix() -> dict[str, Any]:
    columns = [{"code": f"XQ-2026-000{number}", "url": "#lists", "without": "#lists"} for number in (7, 8)]
    texts = (["冷轧薄板表面缺陷检测", "铝板表面缺陷检测"], ["4", "4"], ["80", ""])
    labels = (_("Title"), _("Quantity"), _("Value"))
    rows = [
        ComparedRow("", str(label), [Cell(text, told=True) for text in some])
        for label, some in zip(labels, texts, strict=True)
    ]
    hidden = ComparedRow("", str(_("Budget")), [Cell("60", told=True), Cell("", told=False)])
    return {"columns": columns, "rows": [*rows, hidden], "words": ["表面缺陷检测"]}


def _curve() -> dict[str, Any]:
    return {
        "precision": "44,120 152,90 260,60 368,40 476,30 584,26",
        "recall": "44,16 152,16 260,30 368,90 476,160 584,190",
        "proposals": "44,16 152,60 260,100 368,130 476,170 584,190",
        "present": 179.0,
        "chosen": 260.0,
        "most": 18,
        "ticks": [(44.0, "0.10"), (179.0, "0.20"), (314.0, "0.30"), (449.0, "0.40"), (584.0, "0.50")],
        "levels": [(192.0, "0%"), (104.0, "50%"), (16.0, "100%")],
    }


def _reliability() -> dict[str, Any]:
    places = ((68.5, 279.7, 288.0, 262.0), (150.4, 196.5, 232.0, 150.0), (240.0, 90.0, 120.0, 60.0))
    points = [dict(zip(("x", "y", "low", "high"), place, strict=True)) for place in places]
    levels, ticks = ((288.0, "0%"), (152.0, "50%"), (16.0, "100%")), ((48.0, "0%"), (176.0, "50%"), (304.0, "100%"))
    return {"points": points, "levels": levels, "ticks": ticks, "start": (48.0, 288.0), "end": (304.0, 16.0)}


def _proof() -> dict[str, Any]:
    places = (("today", "93%", "3"), ("promised", "17%", "0.4"), ("gate", "36%", "1"), ("accepted", "18%", "0.45"))
    marks = [{"kind": kind, "x": x, "label": kind, "value": value} for kind, x, value in places]
    return {"marks": marks, "target": "20%", "good_from": "0%", "good_width": "20%"}


def _indicators() -> list[dict[str, Any]]:
    return [
        {
            "metric": "漏检率",
            "comparator": "le",
            "target": "0.5",
            "unit": "%",
            "baseline": "3",
            "test_method": "1,000 件盲测",
        },
        {"metric": "单件检测时间", "comparator": "le", "target": "2", "unit": "秒"},
    ]


def _facet() -> list[dict[str, Any]]:
    return [
        {"value": "manufacturing", "label": _("Smart manufacturing"), "count": 48, "selected": True},
        {"value": "transport", "label": _("Smart transport"), "count": 21, "selected": False},
        {"value": "health", "label": _("Smart health"), "count": 17, "selected": False},
        {"value": "home", "label": _("Smart home"), "count": 0, "selected": False},
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"label": _("Draft"), "state": "done", "detail": "2026-08-28"},
        {"label": _("Submitted"), "state": "done", "detail": "2026-08-29"},
        {"label": _("Approved"), "state": "current", "detail": _("waits for the publisher")},
        {"label": _("Published"), "state": "todo"},
        {"label": _("In a call"), "state": "todo"},
        {"label": _("Landed"), "state": "todo"},
    ]


def _tasks() -> list[dict[str, Any]]:
    return [
        {"id": "what", "label": _("What is needed"), "href": "#forms", "state": "done", "left": 0},
        {"id": "measured", "label": _("How it is measured"), "href": "#forms", "state": "started", "left": 2},
        {"id": "data", "label": _("Data and operation"), "href": "#forms", "state": "todo", "left": 3},
    ]


def _report() -> PrecisionReport:
    """Return the report on a need of the kind that the check is there to stop."""
    vague = NeedDraft(
        title="打造世界一流智能工厂",
        problem="全面赋能高质量发展，解决 4 条产线漏检的难题。",
        quantity=Decimal(4),
        quantity_unit="line",
    )
    return check(vague, today=date(2026, 9, 1))


def _terms() -> list[dict[str, Any]]:
    pairs = (("表面缺陷", 0.182), ("漏检率", 0.121), ("产线", 0.064), ("工业相机", 0.041), ("MES", 0.012))
    return [{"term": term, "contribution": contribution} for term, contribution in pairs]


def _thresholds() -> list[dict[str, Any]]:
    return [
        {"label": _("Inspection line A"), "quantity": 12, "met": True, "gap": 0, "url": "#pictures"},
        {"label": _("Inspection line B"), "quantity": 18, "met": True, "gap": 0, "url": "#pictures"},
        {"label": _("Inspection line C"), "quantity": 30, "met": False, "gap": 12, "url": "#pictures"},
    ]


def _differences() -> list[dict[str, Any]]:
    return [
        {"label": _("Unit"), "values": ["产线", "产线", "产线"], "differs": False},
        {"label": _("Target"), "values": ["≤ 0.5 %", "≤ 0.5 %", "≤ 1 %"], "differs": True, "treatment": _("Module")},
        {"label": _("Deployment"), "values": ["本地", "本地", "境内云"], "differs": True, "conflict": True},
        {"label": _("Start"), "values": ["2026-10", "", "2026-12"], "differs": True},
    ]
