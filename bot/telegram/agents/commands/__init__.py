"""The commands of the staff chat, a file for each group of them; `registry` has the table."""
