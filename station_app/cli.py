"""The commands ' door."""
