"""Documents to try DocFlow on, and programs that show how it is used."""
