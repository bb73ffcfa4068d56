"""`manage.py relay`: send the outbox to the workers until stopped."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from scenarios.relay import Relay


class Command(BaseCommand):
    help = "Send the outbox to the workers, bring back what was lost, and do what the clock decides, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        relay = Relay()
        signal.signal(signal.SIGTERM, relay.stop)
        signal.signal(signal.SIGINT, relay.stop)
        relay.run()
