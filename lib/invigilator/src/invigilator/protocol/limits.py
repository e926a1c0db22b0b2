"""What one submission may use."""

from typing import Any

from traitlets import Integer, TraitError
from traitlets.config import Configurable


class Limits(Configurable):
    """What one submission may use. Set it in nbgrader_config.py: `c.Limits.memory = 4096`."""

    memory = Integer(2048, help="MiB of memory, beyond what the imported libraries take").tag(
        config=True
    )
    disk = Integer(256, help="MiB of files, and of any one file").tag(config=True)
    processes = Integer(128, help="processes and threads").tag(config=True)
    cpu = Integer(600, help="seconds of processor time of any one process").tag(config=True)
    message = Integer(256, help="MiB of any one answer").tag(config=True)
    output = Integer(1 << 20, help="characters of output of any one cell").tag(config=True)
    cell = Integer(60, help="seconds that a cell may run").tag(config=True)
    call = Integer(10, help="seconds that one call of a student's function may take").tag(
        config=True
    )
    submission = Integer(600, help="seconds that a submission may take in all").tag(config=True)

    def __init__(self, **settings: Any) -> None:
        """Raises TraitError for a limit that isn't one."""
        super().__init__(**settings)
        # Under the name that it had before version 0.2, a limit would be ignored in silence.
        if "Allowance" in self.config:
            raise TraitError("c.Allowance is called c.Limits now: rename it in nbgrader_config.py")

    def settings(self) -> dict[str, int]:
        """The limits by name, as `Limits(**settings)` takes them."""
        return {name: getattr(self, name) for name in self.trait_names(config=True)}
