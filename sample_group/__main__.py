"""`python -m sample_group --home DIR [--seed N]`: make the sample group's home.

Here: the command line. Not here: the making (make.py), imported only when there is something to
make.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample_group import DEFAULT_SEED
from sample_group.stamp import fingerprint, is_complete, read_stamp


def main(arguments: list[str] | None = None) -> int:
    """Make the home unless it is there already; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m sample_group",
        description="Make the sample dealer group: config and three years of vendor files.",
        epilog="example: python -m sample_group --home var/sample",
    )
    parser.add_argument(
        "--home", type=Path, required=True, metavar="DIR", help="folder of the group"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed: other sales")
    options = parser.parse_args(arguments)
    home: Path = options.home
    previous = read_stamp(home)
    if (
        previous
        and previous.fingerprint == fingerprint(options.seed)
        and is_complete(home, previous)
    ):
        sys.stdout.write(f"{home}: the sample group is there already, nothing to do\n")
        return 0
    if previous is None and (home / "stairstep.yaml").exists():
        sys.stderr.write(f"{home} holds another group; name an empty folder with --home\n")
        return 1

    def progress(message: str) -> None:
        sys.stderr.write(f"  {message}\n")

    from sample_group.make import make_home

    try:
        home.mkdir(parents=True, exist_ok=True)
        stamp = make_home(home, options.seed, previous, progress)
    except OSError as error:
        sys.stderr.write(f"{home}: {error.strerror}\n")
        return 1
    inbox = [size for name, size in stamp.files.items() if name.startswith("inbox/")]
    sys.stdout.write(f"{home}: {len(inbox)} files in the inbox, {sum(inbox) / 1e6:.0f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
