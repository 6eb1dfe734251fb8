"""Who may do what, and which rows exist for whom.

Owns the permissions, the one matrix of roles, the policies on views, the reaches
with the statement guard behind them, and the disclosure table. Calls only core.
"""
