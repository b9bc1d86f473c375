"""Cells into typed values: each reader gives a value, or the issue that says why not; none of them guesses."""
