"""Put the site together in `build/site/`: the built book, and the wheels of all releases.

    python -m course.site

Former wheels are taken from `build/released/`, which `deploy/former_wheels.sh` fills: a notebook
fetches the version that it names, however old it is.
"""

import shutil
import sys
import zipfile
from pathlib import Path

from course.address import ROOT
from course.exercises import wheel_name

HTML = ROOT / "build" / "_build" / "html"
FORMER = ROOT / "build" / "released"
SITE = ROOT / "build" / "site"

# What the tool that made a wheel says of itself, and the sums of all that is in it.
OF_THE_TOOL = ("/WHEEL", "/RECORD")


def contents(wheel: Path) -> dict[str, bytes]:
    """What a wheel installs, whoever has packed it."""
    with zipfile.ZipFile(wheel) as packed:
        return {
            name: packed.read(name) for name in packed.namelist() if not name.endswith(OF_THE_TOOL)
        }


def assemble(html: Path, wheel: str, former: Path, site: Path) -> None:
    """Make the site from a built book, which serves `wheel`, and a folder of former wheels.

    Raises:
        ValueError: two wheels of one version that install different things.
    """
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(html, site)
    # Else GitHub would leave out what begins with an underscore, were this pushed to a branch.
    (site / ".nojekyll").touch()
    for other in (site / "wheel").glob("*.whl"):
        if other.name != wheel:  # built here once, and never released
            other.unlink()
    for old in sorted(former.glob("*.whl")):
        served = site / "wheel" / old.name
        if served.exists() and contents(served) != contents(old):
            raise ValueError(f"{old.name} was released with other contents: raise its version")
        shutil.copyfile(old, served)


def main() -> None:
    try:
        assemble(HTML, wheel_name(), FORMER, SITE)
    except ValueError as error:
        shutil.rmtree(SITE)
        sys.exit(f"the site isn't made: {error}")
    wheels = ", ".join(path.name for path in sorted((SITE / "wheel").glob("*.whl")))
    print(f"The site: {SITE.relative_to(ROOT)} (wheels: {wheels})")


if __name__ == "__main__":
    main()
