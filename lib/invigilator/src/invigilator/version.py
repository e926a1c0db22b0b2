"""Which version of this distribution is installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("invigilator")
except PackageNotFoundError:
    VERSION = "run from its source, not installed"
