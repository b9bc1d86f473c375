"""From a snapshot folder to the prepared sources: one row per child, birth, death, commune, as on a date."""
