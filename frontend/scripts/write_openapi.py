"""Write the API description for the client: `make docs`, or `python frontend/scripts/write_openapi.py [FILE]`.

The errors, which every route has alike, are left out: the client reads them as one type.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from modelforge.app import create_app
from modelforge.settings import Settings

TARGET = Path(__file__).parents[1] / "src" / "lib" / "api" / "openapi.json"


def description() -> str:
    """The OpenAPI description as JSON text, one key per line."""
    found: dict[str, Any] = create_app(Settings(home=Path("unused"))).openapi()
    found["info"].pop("version", None)
    for path in found["paths"].values():
        for operation in path.values():
            operation.get("responses", {}).pop("default", None)
            operation.get("responses", {}).pop("422", None)
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(description(), encoding="utf-8")
