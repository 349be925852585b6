"""How the tables came to be, step by step (Alembic). `DatabaseManager.migrate()` runs what is missing."""

HEAD = "0008"
"""The newest revision; a test holds it to the scripts. Knowing it spares every start the import of Alembic."""
