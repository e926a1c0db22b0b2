"""The examiner: runs the instructor's tests; the student's names are remote."""
