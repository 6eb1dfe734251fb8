"""Alumni: the record of who has completed something, and what they let fellow alumni see.

Owns `alumni_record` and `alumni_consent`. A first completion makes an invitation;
nothing is shown to anybody before the person accepts it, and what they take back is
gone at once everywhere. The directory is a room above. Calls enrolments, notices,
people, access and core.
"""
