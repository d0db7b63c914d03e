"""The syntax of mail: from bytes to parts, headers, addresses and strings. No rule of the desk lives here."""
