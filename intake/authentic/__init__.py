"""Rooms of `intake.authenticity`: what servers say of a mail's sender, alignment, and our own checks."""
