"""The environment, read once at the border."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.settings import Settings


def test_defaults_are_the_platforms_folder_and_loopback() -> None:
    settings = Settings.from_environment({})

    assert settings.home.is_absolute()
    assert (settings.host, settings.port, settings.hf_token, settings.token) == ("127.0.0.1", 8000, None, None)
    assert settings.database_url == f"sqlite:///{settings.home / 'modelforge.db'}"


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "MODELFORGE_HOME": "/data",
            "MODELFORGE_HOST": "0.0.0.0",
            "MODELFORGE_PORT": "9000",
            "MODELFORGE_DB_PATH": "/db/file.db",
            "MODELFORGE_TOKEN": "secret",
            "MODELFORGE_LOG_LEVEL": "DEBUG",
            "MODELFORGE_DISABLE_TENSORBOARD": "yes",
            "HUGGINGFACE_TOKEN": "hf_alias",
        }
    )

    assert (settings.home, settings.host, settings.port) == (Path("/data"), "0.0.0.0", 9000)
    assert settings.database_url == "sqlite:////db/file.db"
    assert settings.disable_tensorboard
    assert settings.log_level == "DEBUG"
    assert settings.hf_token is not None
    assert settings.hf_token.get_secret_value() == "hf_alias"


def test_a_database_url_outranks_a_path() -> None:
    settings = Settings.from_environment({"MODELFORGE_DB_URL": "postgresql+psycopg://x/y", "MODELFORGE_DB_PATH": "/z"})

    assert settings.database_url == "postgresql+psycopg://x/y"


def test_secrets_do_not_show() -> None:
    settings = Settings.from_environment({"HF_TOKEN": "hf_canary", "MODELFORGE_TOKEN": "canary"})

    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MODELFORGE_PORT", "many"), ("MODELFORGE_PORT", "70000"), ("MODELFORGE_DISABLE_TENSORBOARD", "maybe")],
)
def test_a_wrong_value_is_refused_by_the_variables_name(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        Settings.from_environment({variable: value})
