"""One file of settings: what it may say, and the sentence for what it may not."""

from pathlib import Path
from typing import Any

import pytest

from deploy.hub.settings import (
    Course,
    LateWork,
    Limits,
    Server,
    Settings,
    SettingsError,
    from_json,
    interpreted,
    read,
    to_json,
)

HUB = Path(__file__).resolve().parents[2] / "deploy" / "hub"
COURSE = {"id": "algebra", "teachers": ["ada"], "students": ["euler", "noether"]}


def settings(**changes: Any) -> Settings:
    return interpreted({"course": [COURSE], **changes}, Path("/"))


def test_what_is_left_out_has_a_value() -> None:
    assert settings() == Settings(
        folder=Path("/srv/course-hub"),
        time_zone="UTC",
        create_users=True,
        packages=(),
        server=Server("127.0.0.1", 8000, "", ""),
        limits=Limits(memory_mib=2048, processes=512, idle_minutes=60, servers=60),
        late_work=LateWork(penalty_per_day=0.0, grace_minutes=10),
        courses=(Course("algebra", None, "", ("ada",), ("euler", "noether")),),
    )


def test_the_example_wants_nothing_but_names(tmp_path: Path) -> None:
    text = (HUB / "settings.example.toml").read_text("utf-8").replace('"../.."', '"."')
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="from-dense-to-convolutional has no teachers"):
        read(path)
    text = text.replace("teachers = []", 'teachers = ["ada"]')
    path.write_text(text.replace("students = []", 'students = ["euler"]'), "utf-8")
    course = read(path).courses[0]
    assert (course.teachers, course.students) == (("ada",), ("euler",))
    assert course.files == tmp_path.resolve()


def test_students_come_from_a_list_and_from_nbgraders_table(tmp_path: Path) -> None:
    table = "id,first_name,email\nnoether,Emmy,e@x.org\n\ngalois,Évariste,\n"
    (tmp_path / "class.csv").write_text("\ufeff" + table, "utf-8")  # as spreadsheets write it
    course = {**COURSE, "students": ["euler", "noether"], "students_csv": "class.csv"}
    found = interpreted({"course": [course]}, tmp_path)
    assert found.courses[0].students == ("euler", "noether", "galois")


def test_a_table_of_students_without_ids_is_named(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("name\nnoether\n", "utf-8")
    course = {**COURSE, "students_csv": "class.csv"}
    with pytest.raises(SettingsError, match=r"class.csv has no column `id`"):
        interpreted({"course": [course]}, tmp_path)


WRONG = {
    "a misspelt setting": ({"foldre": "/x"}, "no setting 'foldre' in the file; there are course,"),
    "a misspelt limit": ({"limits": {"memory": 1}}, r"no setting 'memory' in \[limits\]"),
    "text for a number": ({"server": {"port": "80"}}, "port = '80' should be a whole number"),
    "a truth for a number": ({"server": {"port": True}}, "port = True should be a whole number"),
    "a number for a table": ({"server": 1}, r"server should be a table: \[server\]"),
    "no such port": ({"server": {"port": 65535}}, "port = 65535 should be from 1 to 65533"),
    "below nothing": ({"limits": {"processes": -1}}, "processes = -1 should not be negative"),
    "half a certificate": ({"server": {"key": "k"}}, "certificate and key go together"),
    "passwords in the clear": ({"server": {"address": "0.0.0.0"}}, "passwords would cross"),
    "a relative folder": ({"folder": "hub"}, 'folder = "hub" should begin with /'),
    "no such zone": ({"time_zone": "Berlin"}, 'time_zone = "Berlin" is not known'),
    "per cent": ({"late_work": {"penalty_per_day": 10}}, "_day = 10.0 should be a share"),
    "no course": ({"course": []}, r"there is no \[\[course\]\]"),
    "the same course": ({"course": [COURSE, COURSE]}, "'algebra', it stands twice"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        settings(**changes)


WRONG_COURSES = {
    "both": ({"students": ["euler", "ada"]}, "algebra: ada is both teacher and student"),
    "nobody teaches": ({"teachers": []}, "algebra has no teachers"),
    "nobody learns": ({"students": []}, "algebra has no students"),
    "root": ({"students": ["root"]}, "root can be neither teacher nor student"),
    "no account": ({"students": ["Euler"]}, "'Euler' can't be the name of an account"),
    "another's folder": ({"students": ["../ada"]}, "can't be the name of an account"),
    "a sign of nbgrader's": ({"students": ["ada+b"]}, "can't be the name of an account"),
    "no name": ({"students": [7]}, "7 can't be the name of an account"),
    "a path": ({"id": "../x"}, "small letters, digits and hyphens only"),
    "no folder": ({"files": "nowhere"}, "there is no folder /nowhere"),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG_COURSES.values(), ids=WRONG_COURSES)
def test_what_is_wrong_with_a_course_is_said(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        settings(course=[{**COURSE, **changes}])


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("folder = /srv\n", "utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml is not valid TOML"):
        read(path)
    with pytest.raises(SettingsError, match="can't be read: No such file"):
        read(tmp_path / "none.toml")


def test_the_installed_server_reads_what_was_checked() -> None:
    both = {**COURSE, "id": "geometry", "students": ["*"], "files": "/"}
    found = settings(course=[COURSE, both], packages=["torch"], late_work={"penalty_per_day": 0.1})
    assert from_json(to_json(found)) == found


@pytest.mark.parametrize("name", ["sudo", "x", "a-course-whose-id-is-longer-than-a-group-may-be"])
def test_a_courses_groups_are_no_groups_of_the_systems(name: str) -> None:
    course = Course(name, None, "", ("ada",), ("euler",))
    assert course.group != course.teachers_group
    for group in (course.group, course.teachers_group):
        assert group.startswith("hub-")
        assert len(group) <= 32


def test_courses_that_would_share_a_group_are_refused() -> None:
    long = "from-dense-to-convolutional"
    with pytest.raises(SettingsError, match="their first 19 letters should differ"):
        settings(course=[{**COURSE, "id": long}, {**COURSE, "id": long + "-2027"}])


def test_the_address_says_whether_it_is_safe() -> None:
    assert Server(port=80).url == "http://127.0.0.1:80"
    assert Server("0.0.0.0", 443, "c", "k").url == "https://0.0.0.0:443"
    assert Server("::1", 443, "c", "k").url == "https://[::1]:443"


def test_a_file_that_names_people_is_never_committed() -> None:
    ignored = (HUB.parents[1] / ".gitignore").read_text("utf-8").splitlines()
    assert "deploy/hub/settings.toml" in ignored
