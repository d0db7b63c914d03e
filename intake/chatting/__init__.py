"""The rooms of intake/chats.py: which ticket a message is meant for, what it lacks, what was edited in it."""
