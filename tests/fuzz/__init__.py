"""Fuzzing: what a person starts for an hour, and the suite for some seconds."""
