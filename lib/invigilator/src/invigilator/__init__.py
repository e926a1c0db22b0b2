"""Autograding of nbgrader assignments: one student's trouble never stops the rest.

A command (`app`) grades a class (`batch`): what of it is graded already, who grades the rest, who
writes it down. A worker (`trusted`) runs the instructor's tests. It reaches the student's functions
over a wire (`protocol`) alone: they run in a sandbox (`untrusted`), one submission at a time.
`course` is nbgrader's side: what was assigned and handed in, the gradebook, the results. What an
instructor reads of a class is made from these (`reporting`), without the grader.
"""
