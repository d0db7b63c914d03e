"""The staff chats as they ought to look: a topic a ticket, its card and thread, marks on answers."""
