"""A Celery worker that stops in the middle of one pipeline function, named by STOP_IN, and waits there to be killed."""

import os
import time
from typing import Any

from config.celery import app


def main() -> None:
    app.loader.import_default_modules()
    from scenarios import pipeline

    def stop(*_: Any, **__: Any) -> None:
        time.sleep(600)

    # After the groups are worked out, before anything of them is written.
    assert os.environ["STOP_IN"] == "propose_merges"
    pipeline._keep_proposal = stop  # type: ignore[assignment]
    app.worker_main(["worker", "-Q", "interactive,batch", "--concurrency", "2", "--without-mingle"])


if __name__ == "__main__":
    main()
