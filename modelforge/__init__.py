"""ModelForge fine-tunes Hugging Face models and proves that they got better."""

__version__ = "2.0.0"
