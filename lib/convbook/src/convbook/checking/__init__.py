"""What visible and hidden tests use: call a student's function, and explain what is wrong."""

from convbook.checking import mistakes
from convbook.checking.cells import explain_missing_names
from convbook.checking.checks import CheckFailed, check, check_handwritten, check_raises, rng
from convbook.checking.progress import passed, progress, ready

__all__ = [
    "CheckFailed",
    "check",
    "check_handwritten",
    "check_raises",
    "mistakes",
    "passed",
    "progress",
    "ready",
    "rng",
]

explain_missing_names()
