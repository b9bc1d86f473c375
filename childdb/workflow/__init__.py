"""The story, one function per use case: what the command line and the pages call, and nothing else."""
