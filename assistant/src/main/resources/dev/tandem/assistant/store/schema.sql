-- The whole current schema. A change here needs a migration in Schema.java that leads to the same tables.

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

-- How far the readers are that have a name.
CREATE TABLE journal_reader (
    name TEXT PRIMARY KEY,                -- '' is the user, who has seen what happened, wherever that was shown
    cursor INTEGER NOT NULL,              -- the last entry that was acknowledged
    used INTEGER NOT NULL                 -- milliseconds since 1970; of too many, the one unused for longest goes
);

-- What users have asked for and what outlives the asking.
CREATE TABLE command (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    correlation TEXT NOT NULL UNIQUE,     -- under which whoever asked comes back for the result
    folder TEXT REFERENCES folder (uuid) ON DELETE CASCADE,
    key TEXT NOT NULL,                    -- commands of one key run in order
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,             -- of the arguments
    step TEXT NOT NULL,
    arguments TEXT NOT NULL,              -- JSON
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    interval INTEGER NOT NULL,            -- milliseconds
    next_attempt INTEGER NOT NULL,        -- milliseconds since 1970
    error TEXT,
    result TEXT,                          -- JSON
    changed INTEGER NOT NULL              -- milliseconds since 1970
);

-- How a peer became one: none here, it was paired on this device, in its first term.
CREATE TABLE vouching (
    folder TEXT NOT NULL,
    device TEXT NOT NULL,
    uuid TEXT NOT NULL,
    term INTEGER NOT NULL,                -- how often it had been revoked before
    voucher TEXT,                         -- the device that introduced it; null: paired on this one
    PRIMARY KEY (folder, device, uuid),
    FOREIGN KEY (folder, device, uuid) REFERENCES peer (folder, device, uuid) ON DELETE CASCADE
);

-- Devices that nobody's word brings back.
CREATE TABLE revocation (
    folder TEXT NOT NULL REFERENCES folder (uuid) ON DELETE CASCADE,
    device TEXT NOT NULL,
    term INTEGER NOT NULL,                -- the last one that it ends
    revoked_at INTEGER NOT NULL,          -- milliseconds since 1970
    PRIMARY KEY (folder, device)
);

-- What devices are called here instead of what they call themselves; this one's own name.
CREATE TABLE alias (
    device TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

-- What the user has set for this device.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
