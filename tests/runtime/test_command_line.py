import subprocess
import sys

import pytest

from config.runtime.__main__ import parsed
from config.runtime.commands import shell_code


def test_what_follows_the_dashes_belongs_to_the_command() -> None:
    found = parsed(["run", "--", "pytest", "-n", "2", "--", "--once"])
    assert found.action == "run"
    assert found.command == ["pytest", "-n", "2", "--", "--once"]


@pytest.mark.parametrize(("arguments", "once"), [(["up"], False), (["up", "--once"], True)])
def test_up_knows_once(arguments: list[str], once: bool) -> None:
    assert parsed(arguments).once is once


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "--"], ["with", "--"], ["down"]])
def test_incomplete_or_unknown_commands_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        parsed(arguments)
    assert refused.value.code == 2


@pytest.mark.parametrize(("code", "shell"), [(0, 0), (3, 3), (-9, 137), (-15, 143)])
def test_an_exit_by_signal_reads_as_in_a_shell(code: int, shell: int) -> None:
    assert shell_code(code) == shell


def test_servers_start_before_settings_can_be_read() -> None:
    names = "config.runtime.__main__, config.runtime.supervisor"
    script = f"import sys, {names}; sys.exit('config.settings' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], env={"PATH": "/usr/bin:/bin"}).returncode == 0
