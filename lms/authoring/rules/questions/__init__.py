"""Questions of other systems: GIFT, Aiken and Moodle XML read into one form. Pure."""
