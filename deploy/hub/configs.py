"""Configuration of nbgrader and Jupyter for everybody on the server, made from the settings.

It lies in the environment, so no server starts without it, wherever it starts: students' code
never runs as the teacher, even where a course says nothing of it.
"""

from deploy.hub.settings import Course, Settings

_NBGRADER = """\
# Written by `make hub` from settings.toml. A course's own nbgrader_config.py may say otherwise.
from invigilator.settings import configure, configure_exchange

c = get_config()
configure(c)
configure_exchange(c)
c.Exchange.root = {root!r}
c.Exchange.path_includes_course = {several!r}
# In this zone the formgrader shows and takes due dates. What is written down is always in UTC.
c.NbGraderAPI.timezone = {zone!r}
c.AssignLatePenalties.plugin_class = "invigilator.late.PerDay"
c.PerDay.share = {share!r}
c.PerDay.grace_minutes = {grace!r}
"""
_SERVER = """\
# Written by `make hub`.
c = get_config()
# By files that only their owner can open: whoever may connect to a kernel's port of TCP reads all
# that it prints.
c.ConnectionFileMixin.transport = "ipc"
"""
_COURSE = """\
from invigilator.settings import configure

c = get_config()
c.CourseDirectory.course_id = {id!r}
configure(c)
"""


def for_nbgrader(settings: Settings) -> str:
    """`nbgrader_config.py` of the environment."""
    late = settings.late_work
    return _NBGRADER.format(
        root=str(settings.exchange),
        several=len(settings.courses) > 1,
        zone=settings.time_zone,
        share=late.penalty_per_day,
        grace=late.grace_minutes,
    )


def for_servers() -> str:
    """`jupyter_server_config.py` of the environment."""
    return _SERVER


def for_new_course(course: Course) -> str:
    """`nbgrader_config.py` of a course that brings none."""
    return _COURSE.format(id=course.id)
