"""Forward-only migrations, checked by hand: Tortoise's AlterField loses rows on SQLite."""
