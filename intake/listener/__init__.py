"""The parts of `intake.smtp` that need no SMTP framework; each is understood and tested by itself."""
