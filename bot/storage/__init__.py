"""The database: the only importer of sqlalchemy. Start at tables.py, then db.py."""
