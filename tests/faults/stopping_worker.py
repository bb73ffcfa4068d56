"""A Celery worker that stops in the middle of one pipeline function, named by STOP_IN, and waits there to be killed."""

import os
import time
from itertools import count
from typing import Any

from config.celery import app


def stop(*_: Any, **__: Any) -> Any:
    time.sleep(600)


def stop_in_propose_merges() -> None:
    """After the groups are worked out, before anything of them is written."""
    from scenarios import keeping_proposals

    keeping_proposals._keep_proposals = stop


def stop_in_compare_blocks() -> None:
    """In each process after two blocks: the third is compared and not written yet."""
    from scenarios import segment_store

    put, calls = segment_store.put_array, count()

    def put_two(*args: Any) -> str:
        return put(*args) if next(calls) < 2 else stop()

    segment_store.put_array = put_two


def main() -> None:
    app.loader.import_default_modules()
    {"propose_merges": stop_in_propose_merges, "compare_blocks": stop_in_compare_blocks}[os.environ["STOP_IN"]]()
    app.worker_main(["worker", "-Q", "interactive,batch,blocks", "--concurrency", "2", "--without-mingle"])


if __name__ == "__main__":
    main()
