"""The form of an upload: what the file holds, the file, and whose the rows are that name nobody."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from marketplace.imports.reading import MAX_BYTES
from marketplace.models import ImportKind


class UploadForm(forms.Form):
    """Checks type and size; what is in the file is read afterwards."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices)
    file = forms.FileField(
        label=_("File"),
        help_text=_("An .xlsx workbook or a .csv file, at most 10 MB and 20,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        max_length=120,
    )
    organisation = forms.CharField(
        label=_("Organisation of rows that name none"),
        help_text=_("Leave it empty where the file has a column with the organisation."),
        max_length=80,
        required=False,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB. Split it."))
        return file
