"""`TrainingConfig`: at once the recipe, the API body, the CLI's options, the web form and the documentation."""

from modelforge.schemas.config.parse import ParsedConfig, parse_training_config
from modelforge.schemas.config.training_config import TrainingConfig

__all__ = ["ParsedConfig", "TrainingConfig", "parse_training_config"]
