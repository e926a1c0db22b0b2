"""JupyterHub as the settings beside it say. Run as root, by `python -m deploy.hub start`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE))

from deploy.hub import spawning  # noqa: E402
from deploy.hub.settings import from_json  # noqa: E402

settings = from_json((HERE / "state" / "settings.json").read_text("utf-8"))
server, state = settings.server, settings.state

c = get_config()  # noqa: F821 (JupyterHub defines it)

c.JupyterHub.bind_url = f"{server.url}/"
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = server.certificate, server.key
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{server.hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{server.proxy_port}"
c.ConfigurableHTTPProxy.command = str(HERE / "node/node_modules/.bin/configurable-http-proxy")
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{state}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.active_server_limit = settings.limits.servers

# Passwords are those of the accounts.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.open_sessions = False
c.Authenticator.allowed_users = set(settings.users)
c.Authenticator.allow_all = any(course.for_everybody for course in settings.courses)
c.Authenticator.blocked_users = {"root"}
# Who was here once and is no longer named is not let in.
c.Authenticator.allow_existing_users = False

# A teacher sees who is there and can stop a server, but doesn't enter one: what a student's server
# sends to a browser would act in the teacher's name. So nobody is JupyterHub's administrator.
c.JupyterHub.load_roles = [
    {
        "name": "teachers",
        "description": "See servers, start and stop them",
        "scopes": ["admin-ui", "list:users", "read:users", "servers"],
        "users": sorted(settings.teachers),
    },
    {
        "name": "culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["culler"],
    },
]
c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            f"--timeout={settings.limits.idle_minutes * 60}",
        ],
    }
]

c.Spawner.default_url = "/lab"
c.Spawner.env_keep = ["LANG"]
# A class that comes all at once has to wait for its servers, but nobody sees an error.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.Spawner.options_form = lambda spawner: spawning.form(settings, spawner.user.name)
c.Spawner.options_from_form = lambda answers: {"course": answers.get("course", [""])[0]}


def before_start(spawner):
    user = spawner.user.name
    choice = spawning.chosen(settings, user, spawner.user_options.get("course", ""))
    spawner.notebook_dir = str(spawning.folder(settings, user, choice))
    spawner.cmd = spawning.command(settings, user, choice)
    spawner.environment = spawning.environment(settings, user, choice)


c.Spawner.pre_spawn_hook = before_start
