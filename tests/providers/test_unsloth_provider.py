"""What is said of Unsloth where it cannot run: before anything is queued, and without importing it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from modelforge.exceptions import ProviderError
from modelforge.providers.provider import ModelSource
from modelforge.providers.unsloth_provider import PACKAGE, UnslothProvider


@pytest.fixture
def broken_unsloth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of that name which cannot be imported, as Unsloth's own cannot without what it needs."""
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("raise NotImplementedError('no torch accelerator')")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return tmp_path


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is not None, reason="unsloth is installed")
def test_without_the_package_the_command_that_makes_its_environment_is_named(tiny_model: Path) -> None:
    with pytest.raises(ProviderError, match="not installed") as caught:
        UnslothProvider().validate_model_access(ModelSource(str(tiny_model)))

    assert "make unsloth" in (caught.value.hint or "")


@pytest.mark.usefixtures("broken_unsloth")
def test_without_a_gpu_it_says_so_and_imports_nothing(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSLOTH_FORCE_CPU", raising=False)
    monkeypatch.setattr("modelforge.providers.unsloth_provider.find_accelerators", lambda: ())

    with pytest.raises(ProviderError, match="NVIDIA GPU"):
        UnslothProvider().validate_model_access(ModelSource(str(tiny_model)))

    assert PACKAGE not in sys.modules


@pytest.mark.usefixtures("broken_unsloth")
def test_an_installation_that_cannot_be_imported_ends_the_run_with_the_way_out(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNSLOTH_FORCE_CPU", "1")
    provider = UnslothProvider()
    provider.validate_model_access(ModelSource(str(tiny_model)))

    with pytest.raises(ProviderError, match="no torch accelerator") as caught:
        provider.activate()
    assert "make unsloth" in (caught.value.hint or "")

    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}")
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    with pytest.raises(ProviderError, match="is an adapter") as caught:
        provider.validate_model_access(ModelSource(str(tmp_path / "adapter")))
    assert "modelforge merge adapter" in (caught.value.hint or "")
