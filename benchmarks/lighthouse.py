"""Lighthouse's four categories for each public page, served as in production with the demonstration in it.

Started by `make lighthouse`. Judges each page three times and takes the median run; prints its figures with the audits
that cost points, and writes them to output/lighthouse.json. Ends with 1 where a category is below 95, or accessibility
below 100. The figure of performance depends on what else the machine does: the load is printed beside it.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402

from marketplace.management.commands.bench_real import migrate  # noqa: E402
from marketplace.models import Capability  # noqa: E402
from scenarios.models import Call, MergedDemand, Need  # noqa: E402
from tests.browser.world import load_demonstration  # noqa: E402

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95}
OUTPUT = settings.BASE_DIR / "output" / "lighthouse.json"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
LEAST_SAVED = 50
ATTEMPTS = 3
Scores = dict[str, int]
Report = dict[str, Any]


class Judged(NamedTuple):
    """Scores of a page, 0–100 by category, and the audits that cost points."""

    scores: Scores
    lacking: list[str]


def addresses() -> list[str]:
    """Return the paths of the public pages: each list, and one object of each kind."""
    lists = ("home", "how_it_works", "need_list", "pool_list", "call_list", "capability_list", "figures", "calendar")
    others = ("open_data", "organisation_list", "engagement_list", "lesson_list", "result_list", "risk_rules")
    about = ("about", "accessibility", "contact")
    need = Need.objects.published().get(external_id="casting-surface")
    objects = {
        "need_detail": need.pk,
        "pool_detail": MergedDemand.objects.get(status="formed").pk,
        "call_detail": Call.objects.open().get().pk,
        "capability_detail": Capability.objects.get(external_id="vision-surface-lines").pk,
        "organisation_detail": need.owner_id,
        "figure": "funnel",
    }
    return [
        *(reverse(name) for name in (*lists, *others, *about)),
        *(reverse(name, args=[value]) for name, value in objects.items()),
        reverse("account_login"),
    ]


@contextmanager
def served() -> Iterator[str]:
    """Serve the pages during the body as in production, apart from TLS; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryDirectory() as folder:
        port = listener.getsockname()[1]
        url = f"http://localhost:{port}"
        environment = {
            **os.environ,
            "DEBUG": "0",
            "BEHIND_TLS": "0",
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": url,
            "STATIC_ROOT": folder,
            "SECRET_KEY": settings.SECRET_KEY,
            "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
        handed = listener.fileno()
        command = ["gunicorn", "--no-control-socket", "--bind", f"fd://{handed}", "--threads", "4"]
        command += ["--log-level", "warning", "config.wsgi"]
        web = subprocess.Popen([sys.executable, "-m", *command], env=environment, pass_fds=[handed])
        try:
            wait_for(f"{url}/healthz")
            yield url
        finally:
            web.terminate()
            web.wait()


def wait_for(url: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with urlopen(url, timeout=5):  # noqa: S310
                return
        except (URLError, TimeoutError):
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


def judge(program: str, url: str, runs: int) -> Judged:
    """Return the median of so many runs: the one in the middle by its performance."""
    found = sorted((_run(program, url) for _ in range(runs)), key=lambda one: one.scores["performance"])
    return found[len(found) // 2]


def _run(program: str, url: str) -> Judged:
    command = [program, url, "--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--max-wait-for-load=45000"]
    for _attempt in range(ATTEMPTS):  # on a busy machine Chromium may not open its port in time
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            break
    else:
        raise SystemExit(f"Lighthouse could not judge {url}: {answer.stderr.strip() or answer.returncode}")
    report = json.loads(answer.stdout)
    scores = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return Judged(scores, [*_costs(report), *_savings(report)])


def _costs(report: Report) -> Iterator[str]:
    """Yield each audit that costs a point or more: what it found, and the points."""
    for name in CATEGORIES:
        rows = report["categories"][name]["auditRefs"]
        whole = sum(row["weight"] for row in rows)
        for row in rows:
            audit = report["audits"][row["id"]]
            lost = 100 * row["weight"] * (1 - audit["score"]) / whole if audit["score"] is not None else 0
            if lost >= 1:
                yield f"{row['id']} {audit.get('displayValue', '')} (-{lost:.0f})"


def _savings(report: Report) -> Iterator[str]:
    """Yield what Lighthouse thinks would make the page faster, with the milliseconds."""
    for name, audit in report["audits"].items():
        saved = max((audit.get("metricSavings") or {}).get(metric, 0) for metric in ("FCP", "LCP", "TBT"))
        if saved >= LEAST_SAVED:
            yield f"{name}: {saved:.0f} ms"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", required=True, help="the path of lighthouse")
    arguments.add_argument("--only", default="", help="only addresses that contain this")
    arguments.add_argument("--runs", type=int, default=3, help="how often each page is judged")
    chosen = arguments.parse_args()
    migrate()
    load_demonstration()
    found: dict[str, Judged] = {}
    print(f"{'page':44}" + "".join(f"{name:>16}" for name in CATEGORIES) + "  load")
    with served() as url:
        for path in addresses():
            if chosen.only in path:
                one = found[path] = judge(str(Path(chosen.program).resolve()), url + path, chosen.runs)
                figures = "".join(f"{one.scores[name]:>16}" for name in CATEGORIES)
                print(f"{path[:43]:44}{figures}{os.getloadavg()[0]:>6.0f}", flush=True)
                print("".join(f"    {line}\n" for line in one.lacking), end="", flush=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({path: one._asdict() for path, one in found.items()}, indent=2))
    print(f"Written to {OUTPUT}")
    return int(any(one.scores[name] < LEAST[name] for one in found.values() for name in CATEGORIES))


if __name__ == "__main__":
    sys.exit(main())
