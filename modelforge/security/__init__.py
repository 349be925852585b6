"""The door: who may ask what, from where, how much and how often."""
