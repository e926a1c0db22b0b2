"""The values for Zero to JupyterHub, as far as they can be looked at without a cluster."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

VALUES = Path(__file__).resolve().parents[2] / "deploy" / "hub" / "kubernetes" / "values.yaml"
PASSWD = "ada:x:1001:1001::/home/ada:/bin/bash\neve:x:1002:1002::/home/eve:/bin/bash\n"
GROUP = "hub-algebra:x:990:ada,eve\nhub-algebra-teachers:x:991:ada\nhub-geometry:x:992:\n"


@pytest.fixture
def values() -> dict[str, Any]:
    return yaml.safe_load(VALUES.read_text("utf-8"))


def test_a_pod_runs_as_its_students_account(values: dict[str, Any], tmp_path: Path) -> None:
    code = values["hub"]["extraConfig"]["accounts"]
    for name, text in {"passwd": PASSWD, "group": GROUP}.items():
        assert values["hub"]["extraFiles"][name]["mountPath"] == f"/etc/course-hub/{name}"
        (tmp_path / name).write_text(text, "utf-8")
    config = SimpleNamespace(KubeSpawner=SimpleNamespace())
    exec(code.replace("/etc/course-hub", str(tmp_path)), {"c": config})
    pods = {}
    for name in ("ada", "eve"):
        pod = SimpleNamespace(user=SimpleNamespace(name=name), environment={"LANG": "C"})
        config.KubeSpawner.pre_spawn_hook(pod)
        assert pod.environment == {"LANG": "C", "HOME": f"/home/{name}", "USER": name}
        pods[name] = (pod.uid, pod.gid, pod.supplemental_gids, pod.working_dir)
    assert pods == {
        "ada": (1001, 1001, [990, 991], "/home/ada"),
        "eve": (1002, 1002, [990], "/home/eve"),
    }
    stranger = SimpleNamespace(user=SimpleNamespace(name="root"), environment={})
    with pytest.raises(ValueError, match="root has no account"):
        config.KubeSpawner.pre_spawn_hook(stranger)


def test_every_volume_that_is_mounted_is_there(values: dict[str, Any]) -> None:
    storage = values["singleuser"]["storage"]
    there = {volume["name"] for volume in storage["extraVolumes"].values()}
    assert {mount["name"] for mount in storage["extraVolumeMounts"].values()} == there
    assert values["singleuser"]["allowPrivilegeEscalation"] is False
