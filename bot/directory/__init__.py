"""Companies and clients as CSV files: read, checked, merged, and written in the same form."""
