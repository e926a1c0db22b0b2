"""Autograding of nbgrader assignments: one student's trouble never stops the rest."""
