-- The whole of version 1. Later versions are reached by the migrations in Schema, never by editing this file.
CREATE TABLE account (
    jid TEXT PRIMARY KEY,
    password TEXT NOT NULL,
    server TEXT,
    trusted_certificate TEXT
);

CREATE TABLE folder (
    uuid TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,
    paused INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE device (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    jid TEXT NOT NULL,
    paired_at TEXT NOT NULL
);

CREATE TABLE peer (
    folder TEXT NOT NULL REFERENCES folder (uuid) ON DELETE CASCADE,
    device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    last_sync TEXT,
    head TEXT,
    PRIMARY KEY (folder, device, uuid)
);

CREATE TABLE journal (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    type TEXT NOT NULL,
    folder TEXT,
    fields TEXT NOT NULL
);
