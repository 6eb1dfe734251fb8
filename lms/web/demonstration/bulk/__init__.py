"""Very many invented people with their learning, inserted past the services, to measure with.

For the growth curve only: what a row says is as the services would have written it, but
there is no audit, no notice and no document behind it. Never in production.
"""
