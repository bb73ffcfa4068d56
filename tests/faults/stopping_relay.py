"""A relay that stops once its messages are sent and before that is committed, and waits there to be killed."""

import time
from typing import Any

import django


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from scenarios import outbox

    def stop() -> Any:
        time.sleep(600)

    # What `publish_batch` asks for after the last message and before it marks the rows.
    outbox.lease = stop
    call_command("relay")


if __name__ == "__main__":
    main()
