"""Reading certificates: one's own, those of a scope, and the check anybody may make."""
