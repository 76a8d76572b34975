"""The encrypted database and the scan files. ``records`` is light; ``database.Store`` brings SQLAlchemy in."""
