"""The scenario manager's imports: upload, preview, have it imported, see what became of each row."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.import_jobs import discard_upload, keep_upload, my_job, my_jobs, start_import
from marketplace.forms.imports import UploadForm
from marketplace.imports.errors import UnreadableFile
from marketplace.imports.jobs import PREVIEWED, preview_of, report_of
from marketplace.imports.report import LABELS, write_csv
from marketplace.imports.template_file import template_file
from marketplace.models import ImportJob, ImportKind, ImportState
from scenarios.access import access
from scenarios.views.parts import actor_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


@access("manager")
def imports(request: HttpRequest) -> HttpResponse:
    """Show the upload form and the actor's earlier uploads; take a file and lead to its preview."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = _keep(request, form.cleaned_data)
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("import_job", pk=job.pk)
    context = {"form": form, "jobs": my_jobs(actor_of(request)), "kinds": ImportKind.choices}
    status = 422 if form.errors else 200
    return render(request, "marketplace/imports/upload.html", context, status=status)


def _keep(request: HttpRequest, given: dict[str, Any]) -> ImportJob:
    data, actor = given["file"].read(), actor_of(request)
    job = preview_of(given["kind"], data, given["file"].name, organisation=given["organisation"], actor=actor)
    return keep_upload(actor=actor, data=data, job=job)


@access("manager")
def import_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the preview of a file, how far its import is, or what became of its rows."""
    job = my_job(actor_of(request), pk)
    report = report_of(job)
    context = {
        "job": job,
        "counts": [(name, label, job.counts.get(name, 0)) for name, label in LABELS.items() if job.counts.get(name)],
        "good": job.rows - job.counts.get("refused", 0),
        "tried": PREVIEWED,
        "rows": report.rows[:SHOWN],
        "more": max(0, len(report.rows) - SHOWN),
        "ignored": ", ".join(report.ignored),
        "percent": 100 * job.taken // max(job.rows, 1),
    }
    fragment = request.headers.get("HX-Request") and job.state == ImportState.RUNNING
    template = "marketplace/imports/progress.html" if fragment else "marketplace/imports/job.html"
    response = render(request, template, context)
    if request.headers.get("HX-Request") and not fragment:
        # It has ended meanwhile: the whole page has something else to say.
        response = HttpResponse(headers={"HX-Refresh": "true"})
    return response


@access("manager")
@require_POST
def import_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand the file to the workers."""
    job = start_import(actor=actor_of(request), job_id=pk)
    messages.info(request, _("%(name)s is being imported.") % {"name": job.name})
    return redirect("import_job", pk=pk)


@access("manager")
@require_POST
def import_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw the file away."""
    discard_upload(actor=actor_of(request), job_id=pk)
    messages.success(request, _("The file was thrown away; nothing was imported."))
    return redirect("imports")


@access("manager")
def import_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out what became of the rows as a spreadsheet; no cell is a formula."""
    job = my_job(actor_of(request), pk)
    response = _attachment("text/csv; charset=utf-8", f"import-{job.created_at:%Y%m%d-%H%M}.csv")
    response.write("\ufeff")
    write_csv(report_of(job), response)  # type: ignore[arg-type]
    return response


@access("manager")
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out the empty full form."""
    if kind not in ImportKind.values:
        raise Http404
    response = _attachment(XLSX, f"{kind}.xlsx")
    response.write(template_file(kind, language=get_language() or "zh-hans"))
    return response


def _attachment(content_type: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        content_type=content_type,
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )
