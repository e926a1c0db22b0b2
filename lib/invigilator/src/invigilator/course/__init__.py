"""nbgrader's side: submissions, their repair and preparation, the gradebook's one writer."""
