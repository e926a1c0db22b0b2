"""What is said where no sandbox can be made."""

from pathlib import Path

import pytest

from invigilator.untrusted import sandbox


@pytest.fixture
def refusing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system whose bubblewrap makes nothing; returns where it may say that it withholds it."""
    bwrap = tmp_path / "bwrap"
    bwrap.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1\n")
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    setting = tmp_path / "apparmor_restrict_unprivileged_userns"
    monkeypatch.setattr(sandbox, "_WITHHELD", setting)
    return setting


WHY = "bubblewrap can't make a sandbox here: bwrap: setting up uid map: Permission denied"


@pytest.mark.parametrize(
    ("setting", "advice"),
    [
        ("1\n", ". Ubuntu withholds namespaces; `sudo sysctl --write "
         "kernel.apparmor_restrict_unprivileged_userns=0` gives them"),
        ("0\n", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_what_to_do_is_said_where_the_system_withholds_it(
    setting: str | None, advice: str, refusing: Path
) -> None:
    if setting is not None:
        refusing.write_text(setting, "utf-8")
    assert sandbox.missing.__wrapped__() == WHY + advice


def test_a_sandbox_that_can_be_made_lacks_nothing(refusing: Path) -> None:
    (refusing.parent / "bwrap").write_text("#!/bin/sh\nexit 0\n")
    assert sandbox.missing.__wrapped__() is None
