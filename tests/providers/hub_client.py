"""Scripts that use a hub: each in a process of its own, since the client reads its address when it is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run(script: str, arguments: list[str], home: Path, endpoint: str, *, offline: bool) -> Any:
    """What a script prints as its last line, with the hub's cache in `home`."""
    environment = {name: value for name, value in os.environ.items() if name not in ("HF_TOKEN", "HUGGINGFACE_TOKEN")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": str(int(offline))}
    environment |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DOWNLOAD_TIMEOUT": "5"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])
