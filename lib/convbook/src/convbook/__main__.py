"""`convbook check NOTEBOOK …`, or `python -m convbook check NOTEBOOK …`."""

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="convbook", description="The course's support library.")
    parser.add_argument("--version", action="version", version=installed())
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="run a notebook and say what each of its visible tests says",
        description="Run notebooks from their first cell to their last, here and with what is "
        "installed here, and say what each of their visible tests says.",
    )
    check.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    sys.exit(0 if check_all(parser.parse_args().notebooks) else 1)


def installed() -> str:
    """The version that is installed."""
    try:
        return version("convbook")
    except PackageNotFoundError:
        return "run from its source, not installed"


def check_all(paths: list[Path]) -> bool:
    """Check notebooks one after the other; returns whether every test of theirs has passed."""
    try:
        from convbook.checking import notebook
    except ModuleNotFoundError as error:
        sys.exit(f"convbook check: {error}")
    whole = True
    for path in paths:
        if len(paths) > 1:
            print(path, flush=True)
        try:
            whole = notebook.check(path) and whole
        except notebook.NotANotebook as error:
            print(f"convbook check: {path} {error}", file=sys.stderr, flush=True)
            whole = False
        except (KeyboardInterrupt, BrokenPipeError):  # nobody reads on
            sys.exit(130)
    return whole


if __name__ == "__main__":
    main()
