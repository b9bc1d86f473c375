"""The shared language of the house: table contracts, codes, issues, errors, dates and text."""
