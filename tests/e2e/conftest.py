"""Servers in processes of their own; the parts are those of the fault tests."""

from __future__ import annotations

import sys
from pathlib import Path

FAULTS = str(Path(__file__).parents[1] / "faults")
if FAULTS not in sys.path:
    sys.path.insert(0, FAULTS)
