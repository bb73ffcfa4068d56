"""Forms of a selection: declarations, eligibility, scores, consensus, feedback, objections and failures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from marketplace.actions.consensus import Agreed
from marketplace.actions.feedback import Remarks
from marketplace.actions.scoring import Given
from marketplace.choices import FOUND_CLAUSES, Clause, FailureCode
from marketplace.reviewing import Row
from marketplace.weighing import Criterion
from scenarios.errors import Conflict
from scenarios.two_versions import Differing, holds_version, with_choices


def _area(label: Any, limit: int, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget, help_text=help_text)


class DeclarationForm(forms.Form):
    """Whether a reviewer has a conflict of interest."""

    conflict = forms.ChoiceField(
        label=_("Your declaration"),
        choices=[
            ("no", _("I have no conflict of interest.")),
            ("yes", _("I have, or may have, a conflict of interest.")),
        ],
        widget=forms.RadioSelect,
    )
    statement = _area(
        _("What the conflict is"), 2000, required=False, help_text=_("Only if you have one; the manager reads it.")
    )


class LeavingForm(forms.Form):
    """Why a reviewer leaves the panel."""

    statement = _area(_("Reason"), 2000, help_text=_("The manager, who names a replacement, reads it."))


class ReplacementForm(forms.Form):
    """Who takes a free seat."""

    account = forms.ChoiceField(label=_("Reviewer"))

    def __init__(self, *args: Any, reviewers: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["account"]
        field.choices = [("", _("Choose a reviewer")), *reviewers]


class ExclusionForm(forms.Form):
    """Under which clause a response is not eligible."""

    clause = forms.ChoiceField(
        label=_("Clause"),
        choices=[(value, label) for value, label in Clause.choices if value not in FOUND_CLAUSES],
        widget=forms.RadioSelect,
    )
    quoted = forms.ChoiceField(
        label=_("Clause of the call"),
        required=False,
        help_text=_("For a condition of the call: which of its clauses is not met."),
    )
    explanation = _area(_("Explanation"), 2000, help_text=_("The author reads it with the result."))

    def __init__(self, data: Any = None, *, clauses: Iterable[Mapping[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["quoted"]
        field.choices = [("", "—"), *((row["text"], f"{row['name']}: {row['text']}") for row in clauses)]


class Part(NamedTuple):
    """The fields of one criterion in a form over all criteria."""

    criterion: Criterion
    fields: list[Any]
    row: Row


class SheetForm(forms.Form):
    """A form with the same fields for every criterion of a response: ``value-0``, ``comment-0``, ``value-1``, …"""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, rows: Sequence[Row], version: int, data: QueryDict | None = None) -> None:
        """version : of what is stored; data : what was posted, in which the author may keep what is stored."""
        self.rows, self.differences = rows, list[Differing]()
        self.saved = {
            f"{name}-{row.place}": self.stored(row).get(name) for row in rows for name in self.fields_of(row.criterion)
        }
        posted = None if data is None else with_choices(data, self.saved)
        super().__init__(posted, initial={**self.saved, "version": version})
        for row in rows:
            for name, field in self.fields_of(row.criterion).items():
                self.fields[f"{name}-{row.place}"] = field

    def fields_of(self, criterion: Criterion) -> dict[str, forms.Field]:
        """Return the fields for one criterion."""
        raise NotImplementedError

    def stored(self, row: Row) -> Mapping[str, Any]:
        """Return what is stored of one criterion."""
        raise NotImplementedError

    def compare(self, conflict: Conflict) -> None:
        """Have the form show what is stored beside what was typed, for its author to choose."""
        criteria = {str(row.place): row.criterion.name for row in self.rows}
        self.differences = [
            Differing(name, f"{criteria[name.rpartition('-')[2]]}: {self.fields[name].label}", mine, saved)
            for name, (mine, saved) in conflict.differences.items()
        ]
        holds_version(self, self.initial["version"])

    @property
    def parts(self) -> Iterable[Part]:
        """The fields as they stand on the page, criterion by criterion."""
        for row in self.rows:
            yield Part(row.criterion, [self[f"{name}-{row.place}"] for name in self.fields_of(row.criterion)], row)

    def typed(self, place: int) -> list[Any]:
        """Return what was typed for one criterion, in the order of its fields."""
        return [self.cleaned_data[f"{name}-{place}"] for name in self.fields_of(self.rows[place].criterion)]


def _score(*, required: bool) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Score, 0 to 100"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=required
    )


class ScoresForm(SheetForm):
    """A reviewer's own scores; a draft may leave some out."""

    def fields_of(self, criterion: Criterion) -> dict[str, forms.Field]:
        return {"value": _score(required=False), "comment": _area(_("Comment"), 2000, required=False)}

    def stored(self, row: Row) -> Mapping[str, Any]:
        return {"value": row.mine.value, "comment": row.mine.comment} if row.mine else {}

    def scores(self) -> dict[int, Given]:
        """Return place → score and comment."""
        return {row.place: Given(*self.typed(row.place)) for row in self.rows}


class ConsensusForm(SheetForm):
    """What the panel agrees on; begins with the mean of the reviewers."""

    def fields_of(self, criterion: Criterion) -> dict[str, forms.Field]:
        reason = _area(_("Reason"), 2000, rows=2, required=False)
        return {"value": _score(required=True), "reason": reason}

    def stored(self, row: Row) -> Mapping[str, Any]:
        if row.agreed:
            return {"value": row.agreed.value, "reason": row.agreed.reason}
        return {"value": row.spread.mean}

    def scores(self) -> dict[int, Agreed]:
        """Return place → score and reason."""
        return {row.place: Agreed(*self.typed(row.place)) for row in self.rows}


class FeedbackForm(SheetForm):
    """What was strong and what was weak, by criterion."""

    def fields_of(self, criterion: Criterion) -> dict[str, forms.Field]:
        return {"strengths": _area(_("Strengths"), 2000), "weaknesses": _area(_("Weaknesses"), 2000)}

    def stored(self, row: Row) -> Mapping[str, Any]:
        said = row.feedback
        return {"strengths": said.strengths, "weaknesses": said.weaknesses} if said else {}

    def remarks(self) -> dict[int, Remarks]:
        """Return place → strengths and weaknesses."""
        return {row.place: Remarks(*self.typed(row.place)) for row in self.rows}


class ObjectionForm(forms.Form):
    """An objection to a result under public notice."""

    organisation = forms.ChoiceField(label=_("For which organisation"))
    reasons = _area(_("Reasons"), 5000, rows=6, help_text=_("What is wrong in the result, and what shows it."))

    def __init__(self, *args: Any, organisations: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organisation"]
        field.choices = [(str(row.pk), str(row)) for row in organisations]


class AnswerForm(forms.Form):
    """The answer to an objection."""

    answer = _area(_("Answer"), 5000, rows=4, help_text=_("Whoever objected reads it."))


class FailureForm(forms.Form):
    """Why a call came to nothing."""

    code = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    reason = _area(_("Explanation"), 2000, help_text=_("Everybody reads it."))

    def __init__(self, *args: Any, codes: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["code"]
        field.choices = [(code, FailureCode(code).label) for code in codes]


class LotsForm(forms.Form):
    """Into how many lots a failed call is split."""

    lots = forms.IntegerField(label=_("Number of lots"), min_value=2, max_value=10, initial=2)
