"""A broker that accepts connections and never answers: nobody waits for it, and nothing is lost."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from scenarios.models import Delivery
from scenarios.relay import BrokerUnreachable, publish_batch
from tests.conftest import _forget_connections
from tests.factories import Cast, draft_need

# The broker's socket_timeout is 5 s; the rest is air for a busy machine.
RELAY_SECONDS = 12.0
REQUEST_SECONDS = 5.0


@pytest.fixture
def silence(own_broker: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The broker's address names a socket that the kernel answers for, and nobody else."""
    from config.celery import app

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        with monkeypatch.context() as changed:
            changed.setenv("CELERY_BROKER_URL", address)
            changed.setattr(settings, "CELERY_BROKER_URL", address)
            _forget_connections(app)
            yield server
    _forget_connections(app)


def test_a_request_does_not_wait_for_a_silent_broker(cast: Cast, silence: socket.socket) -> None:
    need = draft_need(cast)
    client = cast.client("enterprise")
    began = time.monotonic()
    response = client.post(reverse("need_submit", args=[need.pk]))
    assert time.monotonic() - began < REQUEST_SECONDS
    need.refresh_from_db()
    assert (response.status_code, need.status) == (302, "submitted")
    assert Delivery.objects.get(topic="need.submitted").state == "pending"
    silence.settimeout(0.0)
    with pytest.raises(BlockingIOError):  # nobody has knocked
        silence.accept()


def test_the_relay_gives_up_on_a_silent_broker_and_keeps_the_rows(cast: Cast, silence: socket.socket) -> None:
    Delivery.objects.create(topic="need.submitted", task="scenarios.check_need", queue="interactive", payload={})
    began = time.monotonic()
    with pytest.raises(BrokerUnreachable):
        publish_batch()
    assert time.monotonic() - began < RELAY_SECONDS
    assert list(Delivery.objects.values_list("state", "attempts", "lease_until")) == [("pending", 0, None)]
    silence.settimeout(0.0)
    silence.accept()[0].close()  # it did try
