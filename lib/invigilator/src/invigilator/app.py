"""Command line: `invigilator autograde ps03_sharing`, `invigilator report ps03_sharing`.

Commands read `nbgrader_config.py` in the current folder and take nbgrader's own options. Each is
imported when it is asked for: to import nbgrader takes a second.
"""

import sys
from typing import Any

from traitlets.config import Application

from invigilator.version import VERSION


class Invigilator(Application):
    """The command with its subcommands."""

    name = "invigilator"
    version = VERSION
    description = "Grade nbgrader assignments. `invigilator autograde --help` tells more."
    subcommands = {
        "autograde": (
            "invigilator.commands.autograde.AutogradeApp",
            "Grade every submission of an assignment, then make its feedback.",
        ),
        "check": (
            "invigilator.commands.check.CheckApp",
            "Run a notebook's visible tests, in your own environment, and say what they say.",
        ),
        "report": (
            "invigilator.commands.report.ReportApp",
            "Summarise assignments on one page, and print the scores.",
        ),
    }
    flags: dict[str, Any] = {}
    aliases: dict[str, Any] = {}

    def start(self) -> None:
        super().start()
        if self.subapp is None and self.extra_args:
            known = ", ".join(self.subcommands)
            sys.exit(f"invigilator: there is no command {self.extra_args[0]!r}; there are {known}")
        if self.subapp is None:
            self.print_help()
            sys.exit(1)


def main() -> None:
    """The entry point of the `invigilator` command."""
    Invigilator.launch_instance()
