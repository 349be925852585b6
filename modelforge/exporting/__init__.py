"""Models of the library → files for other programs, each checked against the model that it came from."""
