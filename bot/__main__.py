"""`python -m bot` and `otklik`: the command line."""

from bot.cli import app


def main() -> None:
    """Run the command that was asked for."""
    app()


if __name__ == "__main__":
    main()
