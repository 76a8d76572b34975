"""The child of a recording: one script, undisturbed, in one process; ``strace`` stands behind it.

    python -m tests.trials.recorded FOLDER SCRIPT [SAFEGUARD]

FOLDER holds both homes. Each step that the clerk was told is done is a byte in FOLDER/steps, so that it has its place
among the writes; what was told by then is in FOLDER/told.
"""

from __future__ import annotations

import contextlib
import copy
import os
import pickle
import sys
from pathlib import Path

from station_app.services.plan_book import packaged_plans
from tests.trials.clerk import Clerk
from tests.trials.faults import Acts
from tests.trials.mutations import MUTATIONS
from tests.trials.scene import Scene
from tests.trials.stepped import SCRIPTS

STEPS, TOLD = "steps", "told"


def main() -> int:
    folder, script, *safeguard = sys.argv[1:]
    with MUTATIONS[safeguard[0]]() if safeguard else contextlib.nullcontext():
        _run(Path(folder), script)
    return 0


def _run(folder: Path, script: str) -> None:
    marks = os.open(folder / STEPS, os.O_WRONLY | os.O_CREAT, 0o600)
    with Scene(folder, Acts(), packaged_plans()).running() as scene:
        clerk = Clerk(scene, lambda _clerk: None)
        told = [copy.deepcopy(clerk.told)]
        for step in SCRIPTS[script]:
            clerk.work([step])
            told.append(copy.deepcopy(clerk.told))
            os.write(marks, b".")
        (folder / TOLD).write_bytes(pickle.dumps(told))
    os.close(marks)


if __name__ == "__main__":
    sys.exit(main())
