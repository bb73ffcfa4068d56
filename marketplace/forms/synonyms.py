"""Forms of the thesaurus. They split lines; what a phrase is, the action decides."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 1_000_000


class ConceptForm(forms.Form):
    """The phrases of a concept, one a line."""

    zh = forms.CharField(
        label=_("Chinese phrases"),
        help_text=_("One a line; the first one is what the concept is called on pages."),
        max_length=2500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    en = forms.CharField(
        label=_("English phrases"),
        help_text=_("One a line, in the singular; plurals and hyphens are understood."),
        max_length=2500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "en"}),
    )

    @property
    def phrases(self) -> dict[str, list[str]]:
        """The phrases that were typed, by language."""
        lines = {name: self.cleaned_data[name].splitlines() for name in ("zh", "en")}
        return {name: [line.strip() for line in some if line.strip()] for name, some in lines.items()}


class ThesaurusFileForm(forms.Form):
    """A file with concepts."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A .csv file in UTF-8 with the columns zh and en; phrases of one concept are separated by |."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        max_length=120,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB. Split it."))
        return file
