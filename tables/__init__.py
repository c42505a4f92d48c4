"""Columns, one file a table; tables/sql holds the schema itself (docs/adr/0014)."""
