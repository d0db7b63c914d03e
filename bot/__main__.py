"""`python -m bot` and `otklik`: the command line."""

import os

from bot.cli import app


def main() -> None:
    """Run the command that was asked for."""
    # Whatever is written, the database, screenshots, replies, holds what clients wrote in confidence.
    os.umask(0o077)
    app()


if __name__ == "__main__":
    main()
