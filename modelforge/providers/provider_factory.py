"""Provider name → provider."""

from __future__ import annotations

from typing import ClassVar

from modelforge.exceptions import ConfigurationError
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import Provider
from modelforge.providers.unsloth_provider import UnslothProvider


class ProviderFactory:
    """One line per provider."""

    providers: ClassVar[dict[str, type[Provider]]] = {
        HuggingFaceProvider.name: HuggingFaceProvider,
        UnslothProvider.name: UnslothProvider,
    }

    @classmethod
    def create_provider(cls, name: str) -> Provider:
        """The provider called `name`.

        Raises:
            ConfigurationError: there is no such provider.
        """
        if name not in cls.providers:
            raise ConfigurationError(f"There is no provider {name!r}.", hint=f"Known: {', '.join(cls.providers)}.")
        return cls.providers[name]()
