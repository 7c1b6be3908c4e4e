"""psql on a platform's own database, as any of its roles."""

import hashlib
import hmac
import os

from .running import run


class Refused(Exception):
    """What PostgreSQL said."""


def sql(platform, role, *statements, secret=None):
    """The statements' output, a row a line, columns divided by `|`, as one session of the role. Raises `Refused`."""
    environment = {**os.environ, "PGPASSWORD": secret or secret_of(platform, role)}
    command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", platform.data / "run/postgres", "-U", role, "-d", "casella"]
    for statement in statements:
        command += ["-c", statement]
    done = run(command, env=environment)
    if done.returncode != 0:
        raise Refused(done.stderr)
    return done.stdout.strip()


def rows(platform, role, *statements):
    return [tuple(line.split("|")) for line in sql(platform, role, *statements).splitlines()]


def secret_of(platform, role):
    names = {"postgres": "superuser", "casella_control": "control", "casella_relay": "relay"}
    if role in names:
        return (platform.data / "secrets" / names[role]).read_text().strip()
    return tenant_secret(platform, role)


def tenant_secret(platform, role):
    """HMAC-SHA256 of the role's name under the platform's master key, in hexadecimal."""
    key = (platform.data / "secrets/master").read_text().strip().encode()
    return hmac.new(key, role.encode(), hashlib.sha256).hexdigest()
