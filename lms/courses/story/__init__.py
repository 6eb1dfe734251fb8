"""The graph of a scenario: its steps and ways, what is wrong with it, and its picture. Pure.

A step is what the files call a node. Everything here works on stories that are not finished
too, as they lie in a draft.
"""
