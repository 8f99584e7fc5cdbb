-- DO NOT EDIT: a database as the first release wrote it. Every later one must be able to open it.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,               -- the order in which accounts were added
    jid TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    server TEXT,
    trusted_certificate TEXT
);

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,
    paused INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    jid TEXT NOT NULL,
    paired_at INTEGER NOT NULL            -- milliseconds since 1970
);

CREATE TABLE peer (
    folder TEXT NOT NULL REFERENCES folder (uuid) ON DELETE CASCADE,
    device TEXT NOT NULL REFERENCES device (fingerprint) ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    last_sync INTEGER,
    head TEXT,
    PRIMARY KEY (folder, device, uuid)
);

CREATE INDEX peer_uuid ON peer (uuid);

-- What was announced to a client that is away: the newest of its kind only.
CREATE TABLE owed (
    folder TEXT NOT NULL REFERENCES folder (uuid) ON DELETE CASCADE,
    client TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (folder, client, kind)
);

-- AUTOINCREMENT: a cursor is never given out twice, also when the newest entries were deleted.
CREATE TABLE journal (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    type TEXT NOT NULL,
    folder TEXT NOT NULL,                 -- '' is the daemon itself
    fields TEXT NOT NULL                  -- JSON
);

CREATE INDEX journal_folder ON journal (folder, cursor);

-- Up to where a folder's entries have been dropped, so that a reader can be told what it missed.
CREATE TABLE journal_pruned (
    folder TEXT PRIMARY KEY,
    through INTEGER NOT NULL
);

INSERT INTO account (jid, password, server, trusted_certificate) VALUES ('alice@example.org', 'secret', 'localhost:5222', NULL);
INSERT INTO folder (uuid, name, path, paused) VALUES ('00000000-0000-0000-0000-00000000000f', 'notes', '/home/alice/notes', 1);
INSERT INTO device (fingerprint, name, jid, paired_at) VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'phone', 'alice@example.org', 1767225600000);
INSERT INTO peer (folder, device, uuid, last_sync, head) VALUES ('00000000-0000-0000-0000-00000000000f', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '00000000-0000-0000-0000-000000000001', 1767225600000, NULL);
INSERT INTO owed (folder, client, kind) VALUES ('00000000-0000-0000-0000-00000000000f', '00000000-0000-0000-0000-000000000001', 'CAN_PUSH');
INSERT INTO journal (cursor, time, type, folder, fields) VALUES (7, 1767225600000, 'merged', 'notes', '{"head":"abc"}');
INSERT INTO journal_pruned (folder, through) VALUES ('notes', 6);

PRAGMA user_version = 1;
