"""How the frozen base model is quantised."""
