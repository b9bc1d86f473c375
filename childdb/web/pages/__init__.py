"""One module for each room: ORDER (its place in the menu), PAGES (its routes), and a function for each page."""
