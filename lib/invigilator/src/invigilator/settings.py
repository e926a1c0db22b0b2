"""Settings of nbgrader that bring the invigilator into a course. In nbgrader_config.py:

from invigilator.settings import configure

c = get_config()
configure(c)
"""

from traitlets.config import Config

from invigilator import feedback

#: nbgrader's steps of autograding, with a sandbox in the place of `Execute`.
AUTOGRADE_PREPROCESSORS = [
    "invigilator.preprocessor.Isolated",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]


def configure(config: Config) -> None:
    """Let `nbgrader autograde` and the formgrader's button run students' code in a sandbox, and
    `generate_feedback` show no hidden test and load nothing from the network."""
    config.Autograde.autograde_preprocessors = AUTOGRADE_PREPROCESSORS
    feedback.configure(config)


def configure_exchange(config: Config) -> None:
    """Share a machine with students: see `invigilator.exchange`.

    Needs folders in the exchange whose group are a course's teachers.
    """
    config.CourseDirectory.groupshared = True
    config.Authenticator.plugin_class = "invigilator.exchange.MembersOnly"
    config.ExchangeFactory.submit = "invigilator.exchange.Submit"
    config.ExchangeFactory.collect = "invigilator.exchange.Collect"
