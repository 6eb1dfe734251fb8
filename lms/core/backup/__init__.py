"""Backups: one file of rows and files that either database can take back, exactly.

A backup is a gzipped tar, encrypted with age (age-encryption.org/v1) where a recipient is
given. In it, in this order:

    bekal-backup.json      `form.Header`: format, migration, tables and the kinds of their columns
    files/<key>            every stored file, with its type and SHA-256 in the header of the entry
    keys/<name>            private keys of the data folder; in encrypted backups alone
    tables/<name>/<n>.jsonl  rows in the order of their key, about a megabyte an entry
    manifest.json          `form.Manifest`: count and digest of every table and of the files

Rows come from one snapshot of the database. Values are written as what they mean (`values`),
never as one engine keeps them: a backup of SQLite restored into PostgreSQL is the move.
Knows no room: it works on the tables it is given.
"""
