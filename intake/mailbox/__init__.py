"""The rooms of intake/imap.py: what a mailbox is, what of it is taken in, and the thread that does it."""
