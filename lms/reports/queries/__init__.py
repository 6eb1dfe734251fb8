"""Reading in aggregate: one statement for each group of measures."""
