"""Grading a class: what is graded already, who grades the rest, and who writes it down."""

from invigilator.batch.grading import Batch

__all__ = ["Batch"]
