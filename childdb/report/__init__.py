"""Pictures (and, later, the written report) of results."""
