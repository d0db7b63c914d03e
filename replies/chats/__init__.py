"""What is said in chats: to clients in their private one, to agents in a ticket's topic."""
