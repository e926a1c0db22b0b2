"""`invigilator report ASSIGNMENT …`: what there is to say of a class, and its scores."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode

from invigilator.commands.assignments import AssignmentsApp
from invigilator.course.assignment import AssignmentError
from invigilator.reporting import tables
from invigilator.reporting.page import write_page
from invigilator.reporting.summary import summarise


class ReportApp(AssignmentsApp):
    """Write the class's page, and its data if asked for; print its scores."""

    name = "invigilator report"
    description = "Summarise assignments on one page, and print the scores."
    aliases = {
        "assignment": "CourseDirectory.assignment_id",
        "course-dir": "CourseDirectory.root",
        "csv": "ReportApp.csv",
        "db": "CourseDirectory.db_url",
        "json": "ReportApp.json",
        "to": "ReportApp.to",
    }
    flags: dict[str, Any] = {}
    to = Unicode("report.html", help="where to write the page").tag(config=True)
    csv = Unicode("", help="where to write a row for each student and assignment").tag(config=True)
    json = Unicode("", help="where to write all that is known").tag(config=True)

    def start(self) -> None:
        super().start()
        made = datetime.now().astimezone()
        try:
            summaries = [summarise(self.coursedir, name) for name in self.assignments()]
            write_page(summaries, Path(self.to), made)
            if self.csv:
                tables.write_csv(summaries, Path(self.csv))
            if self.json:
                tables.write_json(summaries, Path(self.json), made)
        except (OSError, AssignmentError) as error:
            self.exit_with(str(error))
        except SQLAlchemyError as error:  # its other lines are for developers
            self.exit_with(f"the gradebook can't be read: {str(error).splitlines()[0]}")
        print(tables.terminal(summaries))
