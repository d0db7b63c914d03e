"""Searching the FAQ: words, their stems and relatives, and the ranking of entries; no file is read here."""
