"""Talking to models: loading them and streaming their answers."""
