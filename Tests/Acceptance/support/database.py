"""The platform's own database, asked with psql as the control plane or as a tenant's worker logs in."""

import hashlib
import hmac
import os
import subprocess


def as_control(platform, statement):
    """The output of a statement, a row a line, columns parted by `|`."""
    return _psql(platform, "casella_control", (platform.data / "secrets/control").read_text().strip(), statement)


def as_tenant(platform, tenant, statement):
    """The same as the worker of the tenant with this number: it sees and changes its own rows."""
    role = f"casella_t{tenant}"
    key = (platform.data / "secrets/master").read_text().strip().encode()
    return _psql(platform, role, hmac.new(key, role.encode(), hashlib.sha256).hexdigest(), statement)


def _psql(platform, role, secret, statement):
    where = ["-h", str(platform.data / "run/postgres"), "-U", role, "-d", "casella"]
    done = subprocess.run(
        ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *where, "-c", statement],
        env={**os.environ, "PGPASSWORD": secret},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"psql as {role}: {done.stderr}"
    return [line.split("|") for line in done.stdout.splitlines()]
