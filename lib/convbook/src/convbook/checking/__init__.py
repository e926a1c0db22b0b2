"""What visible and hidden tests use: call a student's function, and explain what is wrong."""

from convbook.checking.cells import explain_missing_names
from convbook.checking.checks import CheckFailed, check, check_handwritten, check_raises, rng

__all__ = ["CheckFailed", "check", "check_handwritten", "check_raises", "rng"]

explain_missing_names()
