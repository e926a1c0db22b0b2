"""Settings of nbgrader: sources are built from solutions/, releases are exercises/."""

import os

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "from-dense-to-convolutional"
c.CourseDirectory.source_directory = "build/source"
c.CourseDirectory.release_directory = "exercises"
# Everything about students stays together, outside what is published. The sample class, which
# `make` writes anew, is another folder than yours.
folder = os.environ.get("CLASS", "class")
c.CourseDirectory.submitted_directory = f"{folder}/submitted"
c.CourseDirectory.autograded_directory = f"{folder}/autograded"
c.CourseDirectory.feedback_directory = f"{folder}/feedback"
c.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
c.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"

# A student who deleted a test is graded on it all the same.
c.OverwriteCells.add_missing_cells = True
c.ExecutePreprocessor.timeout = 60
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
# Feedback shows no hidden test.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "invigilator.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
