"""People: accounts, members, agencies, affiliations, roles held, and every way in.

Owns members and agencies; persons with their affiliations, transfers and merges; roles
held; sign-in with its sessions, tokens and second factors; imports of people; acceptance
of the privacy notice. Calls access and core. Each layer is a folder split by noun:
members, persons, affiliations, roles, sign_in, imports.
"""
