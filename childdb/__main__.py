"""`python -m childdb`."""

from childdb.cli.main import main

main()
