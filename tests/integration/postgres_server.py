"""A PostgreSQL server of the tests' own, on loopback, thrown away afterwards.

Started from the installed binaries; where there are none, the tests that need it fail and say which
script installs them. As root it runs under another user, because PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USERS = ("postgres", "nobody")


def _binaries() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        raise RuntimeError("no PostgreSQL server is installed: bash scripts/install_postgres.sh")
    return installed[-1].parent


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _USERS if name in known)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a fresh server's database."""
    binaries, user = _binaries(), _user()
    # Not under pytest's own folder, which another user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="stairstep-postgres-"))
    data = folder / "data"
    if user:
        shutil.chown(folder, user)

    def call(*words: str) -> None:
        done = subprocess.run(
            words, user=user, cwd="/", text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            said = done.stdout + done.stderr
            log = folder / "log"
            raise RuntimeError(f"{words[0]}: {said}{log.read_text() if log.exists() else ''}")

    try:
        call(
            f"{binaries}/initdb", "-D", str(data), "-U", "stairstep", "--auth=trust",
            "--no-sync", "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        call(
            f"{binaries}/pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options,
            "start",
        )  # fmt: skip
        try:
            yield f"postgresql://stairstep@127.0.0.1:{port}/postgres"
        finally:
            call(f"{binaries}/pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
