"""The clients' bot, on aiogram: a room for each thing that a client can do."""
