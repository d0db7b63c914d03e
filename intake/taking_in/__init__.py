"""The rooms of intake/requests.py: whose mail it is, whether it came before, what is owed for it."""
