"""The command line: ``python -m config.runtime up | run -- COMMAND | with -- COMMAND | forget``."""

import argparse
import sys

from config.runtime import commands
from config.runtime.errors import RuntimeProblem
from config.runtime.progress import complain


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m config.runtime", description=__doc__)
    choices = top.add_subparsers(dest="action", required=True)
    up = choices.add_parser("up", help="start everything, run the main job, serve until Ctrl-C")
    up.add_argument("--once", action="store_true", help="end when the main job is done")
    run = choices.add_parser("run", help="run a command beside throw-away servers")
    lasting = choices.add_parser("with", help="run a command beside the servers that keep their data")
    choices.add_parser("forget", help="remove the development data")
    for chosen in (run, lasting):
        chosen.add_argument("command", nargs="+", help="the command, after --")
    return top


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read our own arguments; what stands after the first ``--`` belongs to the command, whatever it looks like."""
    if "--" not in arguments:
        return parser().parse_args(arguments)
    at = arguments.index("--")
    found = parser().parse_args([*arguments[:at], *(["command"] if arguments[at + 1 :] else [])])
    found.command = arguments[at + 1 :]
    return found


def main(arguments: list[str] | None = None) -> int:
    chosen = parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        if chosen.action == "run":
            return commands.run(chosen.command)
        if chosen.action == "with":
            return commands.run_with_lasting(chosen.command)
        if chosen.action == "forget":
            return commands.forget()
        from config.runtime import supervisor

        return supervisor.up(once=chosen.once)
    except RuntimeProblem as problem:
        complain(f"\n{problem}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
