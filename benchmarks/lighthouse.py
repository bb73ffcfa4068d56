"""Lighthouse's four categories for each public page, served as in production with the demonstration in it.

Started by `make lighthouse`. Prints a table and writes the figures to output/lighthouse.json; ends with 1 where a
category is below 95, or accessibility below 100. The figure of performance depends on what else the machine does.
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
Scores = dict[str, int]


def addresses() -> list[str]:
    """Return the paths of the public pages: each list, and one object of each kind."""
    lists = ("home", "how_it_works", "need_list", "pool_list", "call_list", "capability_list", "figures", "calendar")
    others = ("open_data", "engagement_list", "lesson_list", "risk_rules", "about", "accessibility", "contact")
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
        *(reverse(name) for name in (*lists, *others)),
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
        command = ["gunicorn", "--no-control-socket", "--bind", f"fd://{handed}", "--threads", "4", "config.wsgi"]
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


def judge(program: str, url: str) -> tuple[Scores, list[str]]:
    """Return the scores of a page, 0–100 by category, and the names of the audits that cost points."""
    command = [program, url, "--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--max-wait-for-load=45000"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(answer.stdout)
    scores = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    weighed = {row["id"] for name in CATEGORIES for row in report["categories"][name]["auditRefs"] if row["weight"]}
    found = {name: report["audits"][name]["score"] for name in sorted(weighed)}
    lacking = [name for name, score in found.items() if score is not None and score < 0.9]
    return scores, lacking


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", required=True, help="the path of lighthouse")
    arguments.add_argument("--only", default="", help="only addresses that contain this")
    chosen = arguments.parse_args()
    migrate()
    load_demonstration()
    found: dict[str, Scores] = {}
    print(f"{'page':44}" + "".join(f"{name:>16}" for name in CATEGORIES))
    with served() as url:
        for path in addresses():
            if chosen.only in path:
                found[path], lacking = judge(str(Path(chosen.program).resolve()), url + path)
                figures = "".join(f"{found[path][name]:>16}" for name in CATEGORIES)
                print(f"{path[:43]:44}{figures}  {', '.join(lacking)}", flush=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=2))
    print(f"Written to {OUTPUT}")
    return int(any(scores[name] < LEAST[name] for scores in found.values() for name in CATEGORIES))


if __name__ == "__main__":
    sys.exit(main())
