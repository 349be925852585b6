"""What the environment says: one frozen `Settings`, read once, at the border."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from modelforge.exceptions import ConfigurationError

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class Settings(BaseModel):
    """The product's settings; each field names the environment variable that sets it."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    home: Path
    """`MODELFORGE_HOME`: where runs, models, datasets and the database live. Default: the platform's data folder."""
    host: str = "127.0.0.1"
    """`MODELFORGE_HOST`: the address that `modelforge serve` binds."""
    port: int = Field(default=8000, ge=0, le=65535)
    """`MODELFORGE_PORT`: the port that `modelforge serve` binds; 0 picks a free one."""
    db_url: str | None = None
    """`MODELFORGE_DB_URL`: a SQLAlchemy URL, `postgresql+psycopg://…` for example. Default: SQLite in the home."""
    db_path: Path | None = None
    """`MODELFORGE_DB_PATH`: the SQLite file, when no URL is given. Default: `modelforge.db` in the home."""
    token: SecretStr | None = None
    """`MODELFORGE_TOKEN`: the API token that clients send as `Authorization: Bearer …`."""
    hf_token: SecretStr | None = None
    """`HF_TOKEN` or its alias `HUGGINGFACE_TOKEN`: opens gated models on the Hugging Face hub."""
    log_level: str = "INFO"
    """`MODELFORGE_LOG_LEVEL`: DEBUG, INFO, WARNING or ERROR."""
    allowed_hosts: tuple[str, ...] = ()
    """`MODELFORGE_ALLOWED_HOSTS`: further names, separated by commas, under which this server is reached."""
    max_upload_bytes: int = Field(default=20 * 2**30, ge=1)
    """`MODELFORGE_MAX_UPLOAD_BYTES`: the largest file that may be uploaded. Default: 20 GiB."""
    rate_limit: str = "3000/10 seconds"
    """`MODELFORGE_RATE_LIMIT`: requests of one caller per span of time."""
    disable_tensorboard: bool = False
    """`MODELFORGE_DISABLE_TENSORBOARD`: write no TensorBoard logs."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `environment` (default: `os.environ`).

        Raises:
            ConfigurationError: a variable holds a value that cannot be used; the message names it.
        """
        env = os.environ if environment is None else environment
        values: dict[str, object] = {
            "home": Path(env.get("MODELFORGE_HOME") or platformdirs.user_data_dir("modelforge", False)).expanduser(),
            "hf_token": env.get("HF_TOKEN") or env.get("HUGGINGFACE_TOKEN") or None,
            "disable_tensorboard": _flag(env, "MODELFORGE_DISABLE_TENSORBOARD"),
        }
        for name in ("host", "port", "db_url", "db_path", "token", "log_level", "max_upload_bytes", "rate_limit"):
            if text := env.get(f"MODELFORGE_{name.upper()}"):
                values[name] = text
        if hosts := env.get("MODELFORGE_ALLOWED_HOSTS"):
            values["allowed_hosts"] = tuple(name.strip() for name in hosts.split(",") if name.strip())
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            variable = f"MODELFORGE_{str(first['loc'][0]).upper()}"
            raise ConfigurationError(
                f"{variable} is {first['input']!r}: {first['msg']}.", hint=f"Correct or unset {variable}."
            ) from error

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.db_url or f"sqlite:///{(self.db_path or self.home / 'modelforge.db').expanduser()}"


def _flag(env: Mapping[str, str], variable: str) -> bool:
    word = env.get(variable, "").strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ConfigurationError(f"{variable} is {word!r}.", hint="Use 1 or 0.")
    return word in TRUE_WORDS
