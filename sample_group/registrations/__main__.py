"""Makes the group: `python -m sample_group.registrations --from DIR --home DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from programs.errors import StairstepError
from sample_group.registrations.make import make_registrations_group


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sample_group.registrations", description=__doc__
    )
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        required=True,
        help="folder of registration Parquet files",
    )
    parser.add_argument("--home", type=Path, required=True, help="home folder to make")
    arguments = parser.parse_args()
    try:
        made = make_registrations_group(
            arguments.folder, arguments.home, progress=lambda text: sys.stderr.write(text + "\n")
        )
    except StairstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{made.deals:,} deals in {made.files} files: {arguments.home}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
