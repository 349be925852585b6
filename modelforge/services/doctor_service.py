"""Is this machine ready? What is there, what is missing, and the command that mends it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib import metadata

from modelforge.hardware.detector import detect
from modelforge.hardware.torch_build import TorchBuild, driver_cuda, has_nvidia_card, installed_torch
from modelforge.schemas.hardware import Hardware
from modelforge.schemas.health import Check
from modelforge.settings import Settings

REQUIRED = (
    "torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers", "safetensors", "huggingface-hub",
    "pydantic", "sqlalchemy", "pyarrow", "typer",
)  # fmt: skip
OPTIONAL = ("bitsandbytes", "liger-kernel", "flash-attn", "unsloth")
GIB = 2**30
LEAST_DISK, GOOD_DISK = 1 * GIB, 10 * GIB
LEAST_MEMORY, GOOD_MEMORY = 1 * GIB, 4 * GIB
TORCH_INDEX = "https://download.pytorch.org/whl"


class DoctorService:
    """Looks at this machine; changes nothing but a temporary file in the home folder."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def hardware(self) -> Hardware:
        """What this machine has now, with the disk of the home folder."""
        return detect(self.settings.home)

    def libraries(self) -> dict[str, str | None]:
        """Package → version, or nothing where it is not installed."""
        return {name: _version(name) for name in (*REQUIRED, *OPTIONAL)}

    def checks(self, hardware: Hardware) -> Iterator[Check]:
        """Every check of the surroundings, in milliseconds together."""
        yield self._libraries()
        yield memory_check(hardware)
        yield disk_check(hardware)
        yield self._home()
        yield gpu_check(hardware, installed_torch(), driver_cuda(), card=has_nvidia_card())
        yield from _quantisation(hardware)
        yield self._token()

    def _libraries(self) -> Check:
        missing = [name for name in REQUIRED if _version(name) is None]
        if missing:
            return Check(
                name="libraries",
                verdict="failed",
                message=f"Not installed: {', '.join(missing)}.",
                fix="pip install --upgrade modelforge",
            )
        return Check(name="libraries", verdict="ok", message=f"All {len(REQUIRED)} needed libraries are installed.")

    def _home(self) -> Check:
        home = self.settings.home
        try:
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=home) as file:
                file.write(b"doctor")
        except OSError as error:
            return Check(
                name="home-folder",
                verdict="failed",
                message=f"{home} cannot be written: {error.strerror}.",
                fix="Set MODELFORGE_HOME to a folder of yours, or give yourself the right to write there.",
            )
        return Check(name="home-folder", verdict="ok", message=f"{home} can be written.")

    def _token(self) -> Check:
        from huggingface_hub import get_token

        if self.settings.hf_token or get_token():
            return Check(name="hub-token", verdict="ok", message="A Hugging Face token is set.")
        return Check(
            name="hub-token",
            verdict="ok",
            message="No Hugging Face token is set. Open models work without one; gated ones need HF_TOKEN.",
        )


def memory_check(hardware: Hardware) -> Check:
    """Whether there is memory for the libraries and a small model."""
    free = hardware.memory_available_bytes
    message = f"{free / GIB:.1f} GiB of {hardware.memory_total_bytes / GIB:.1f} GiB memory are free."
    if free >= GOOD_MEMORY:
        return Check(name="memory", verdict="ok", message=message)
    verdict = "warning" if free >= LEAST_MEMORY else "failed"
    return Check(name="memory", verdict=verdict, message=message, fix="Close other programs, or take a starter model.")


def disk_check(hardware: Hardware) -> Check:
    """Whether there is room for models and checkpoints."""
    free = hardware.disk_free_bytes
    message = f"{free / GIB:.1f} GiB of disk are free at the home folder."
    if free >= GOOD_DISK:
        return Check(name="disk-space", verdict="ok", message=message)
    return Check(
        name="disk-space",
        verdict="warning" if free >= LEAST_DISK else "failed",
        message=message,
        fix="Delete old runs and models, or set MODELFORGE_HOME to a larger disk.",
    )


def gpu_check(
    hardware: Hardware, torch: TorchBuild | None, driver: tuple[int, int] | None, *, card: bool = False
) -> Check:
    """Whether GPU, driver and torch fit together.

    Args:
        driver: the newest CUDA version that the driver speaks, (major, minor).
        card: whether an NVIDIA card is plugged in.
    """
    names = ", ".join(gpu.name for gpu in hardware.accelerators)
    if torch is None:
        return _gpu("failed", "torch is not installed.", "pip install --upgrade modelforge")
    if driver is None and not hardware.accelerators:
        if card:
            return _gpu("warning", "There is an NVIDIA card, but no driver for it.", "Install the NVIDIA driver.")
        return _gpu("ok", "No GPU: runs use the CPU.")
    if driver is None:
        return _gpu("ok", f"{names}, through torch {torch.version}.")
    spoken = f"{driver[0]}.{driver[1]}"
    if torch.cuda is None:
        return _gpu(
            "warning",
            f"{names} is there, but torch {torch.version} is a build without CUDA, so runs use the CPU.",
            f"pip install --force-reinstall torch --index-url {TORCH_INDEX}/{_wheel(driver)}",
        )
    if int(torch.cuda.partition(".")[0]) > driver[0]:
        return _gpu(
            "failed",
            f"torch {torch.version} is built for CUDA {torch.cuda}, but the driver speaks CUDA {spoken} at most.",
            f"Update the NVIDIA driver, or: pip install --force-reinstall torch --index-url {TORCH_INDEX}/"
            f"{_wheel(driver)}",
        )
    if not names:
        return _gpu("warning", "The driver is there, but no GPU is visible.", "Unset CUDA_VISIBLE_DEVICES.")
    return _gpu("ok", f"{names}: driver for CUDA {spoken}, torch {torch.version} for CUDA {torch.cuda}.")


def _wheel(driver: tuple[int, int]) -> str:
    """The oldest build of the driver's major version that PyTorch offers; every newer driver runs it."""
    return "cu130" if driver[0] >= 13 else "cu126"


def _gpu(verdict: str, message: str, fix: str | None = None) -> Check:
    return Check.model_validate({"name": "gpu", "verdict": verdict, "message": message, "fix": fix})


def _quantisation(hardware: Hardware) -> Iterator[Check]:
    if hardware.accelerators and _version("bitsandbytes") is None:
        yield Check(
            name="quantisation",
            verdict="warning",
            message="bitsandbytes is not installed: no 4-bit and 8-bit base models, no 8-bit optimizers.",
            fix='pip install "modelforge[quantization]"',
        )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
