"""Which torch is installed and whether it fits the GPU and its driver, told without importing it."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

PCI_DEVICES = Path("/sys/bus/pci/devices")
ASSIGNMENT = re.compile(r"^(__version__|cuda|hip)\b[^=\n]*=\s*'?([\w.+]*?)(?:'|None|$)", re.MULTILINE)
NVIDIA_VENDOR, DISPLAY_CLASS = "0x10de", "0x03"


@dataclass(frozen=True)
class TorchBuild:
    """The installed torch: its version, and the CUDA or ROCm version that it was built for."""

    version: str
    cuda: str | None
    hip: str | None


def installed_torch() -> TorchBuild | None:
    """Read from torch's `version.py`, since importing torch takes seconds; nothing where torch is not installed."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return None
    text = Path(found.origin).with_name("version.py").read_text("utf-8")
    values = {name: value or None for name, value in ASSIGNMENT.findall(text)}
    return TorchBuild(str(values.get("__version__")), values.get("cuda"), values.get("hip"))


def driver_cuda() -> tuple[int, int] | None:
    """The newest CUDA version, (major, minor), that the NVIDIA driver speaks; nothing without a driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        version = int(pynvml.nvmlSystemGetCudaDriverVersion_v2())
    finally:
        pynvml.nvmlShutdown()
    return version // 1000, version % 1000 // 10


def has_nvidia_card(devices: Path = PCI_DEVICES) -> bool:
    """Whether an NVIDIA display or compute card is plugged in, with or without a driver."""
    if not devices.is_dir():
        return False
    return any(
        _text(device / "vendor") == NVIDIA_VENDOR and _text(device / "class").startswith(DISPLAY_CLASS)
        for device in devices.iterdir()
    )


def _text(file: Path) -> str:
    return file.read_text().strip() if file.is_file() else ""
