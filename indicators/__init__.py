"""Indicators computed by DuckDB over a snapshot folder; knows nothing of the store."""
