"""Where the course lives on the web, all of it from `repository` in `_config.yml`."""

from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Address:
    """The addresses of a course kept at `https://github.com/OWNER/NAME`."""

    owner: str
    name: str
    branch: str

    @property
    def site(self) -> str:
        """The built book, as GitHub Pages serves it."""
        return f"https://{self.owner}.github.io/{self.name}/"

    def colab(self, path: str) -> str:
        """Where Colab opens a notebook of the course, given its path from the root."""
        return (
            f"https://colab.research.google.com/github/{self.owner}/{self.name}"
            f"/blob/{self.branch}/{path}"
        )

    def binder(self, path: str) -> str:
        """Where Binder opens a notebook of the course, given its path from the root."""
        return f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{self.branch}?labpath={path}"


def address(root: Path = ROOT) -> Address:
    """Read the address from the configuration of the book in `root`."""
    repository = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["repository"]
    owner, name = repository["url"].rstrip("/").split("/")[-2:]
    return Address(owner, name, repository["branch"])
