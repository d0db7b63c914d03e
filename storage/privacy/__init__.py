"""A person's rights over what the desk keeps of him: to have it handed out, and to have it erased."""
