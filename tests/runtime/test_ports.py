import socket

import pytest

from config.runtime import supervisor
from config.runtime.errors import RuntimeProblem
from config.runtime.supervisor import free_listener, reachable_address


def test_a_taken_port_moves_on_to_the_next_free_one(capsys: pytest.CaptureFixture[str]) -> None:
    with free_listener("127.0.0.1", 18_000) as first:
        taken = first.getsockname()[1]
        with free_listener("127.0.0.1", taken) as second:
            moved = second.getsockname()[1]
            assert moved > taken
    assert f"Port {taken} is taken; using {moved}" in capsys.readouterr().err


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PORTS_TRIED", 1)
    with free_listener("127.0.0.1", 0) as first, pytest.raises(RuntimeProblem, match="No free port"):
        free_listener("127.0.0.1", first.getsockname()[1])


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(RuntimeProblem, match="cannot be used"):
        free_listener("192.0.2.1", 18_000)


def test_a_server_on_all_addresses_is_opened_on_the_local_one() -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))  # noqa: S104  that is what is tested
        assert reachable_address(listener) == ("127.0.0.1", listener.getsockname()[1])
