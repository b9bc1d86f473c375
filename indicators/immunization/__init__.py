"""Valid doses, full immunization and due dates by the dated schedule of law and by the minimums of WHO."""
