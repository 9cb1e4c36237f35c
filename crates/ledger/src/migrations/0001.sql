-- Version 1. PostgreSQL's words; schema.rs rewrites the few that SQLite says otherwise.

-- Facts about this ledger that are no part of the record: the key for hashes of secrets.
CREATE TABLE meta (name TEXT COLLATE "C" PRIMARY KEY, value BYTEA NOT NULL);
-- Numbers given out so far.
CREATE TABLE sequences (name TEXT COLLATE "C" PRIMARY KEY, value BIGINT NOT NULL);

-- The record. Instants are microseconds since 1970 in UTC.
CREATE TABLE entries (
    seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, author TEXT NOT NULL, role TEXT NOT NULL,
    kind TEXT NOT NULL, summary TEXT NOT NULL, first BIGINT NOT NULL, changes BIGINT NOT NULL,
    digest BYTEA NOT NULL, prev BYTEA NOT NULL, hash BYTEA NOT NULL
);
CREATE TABLE changes (
    id BIGINT PRIMARY KEY, entry BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL,
    finding BIGINT, other BIGINT, digest BYTEA NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX changes_finding ON changes (finding) WHERE finding IS NOT NULL;
CREATE INDEX changes_other ON changes (other) WHERE other IS NOT NULL;
-- What sources said: twice the change's number, plus one for what it replaced; NULL when pruned.
CREATE TABLE bodies (id BIGINT PRIMARY KEY, body BYTEA);
-- Long texts, each once.
CREATE TABLE texts (digest BYTEA PRIMARY KEY, body BYTEA NOT NULL) /*keyed*/;

-- What the changes amount to.
CREATE TABLE assets (
    id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, declared BIGINT NOT NULL,
    exposure TEXT NOT NULL, exposure_source TEXT NOT NULL, owner TEXT COLLATE "C" NOT NULL
);
CREATE TABLE streams (
    id BIGINT PRIMARY KEY, asset BIGINT NOT NULL, source TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL, UNIQUE (asset, source, reference)
);
CREATE TABLE documents (
    id BIGINT PRIMARY KEY, stream BIGINT NOT NULL, entry BIGINT NOT NULL, scanned_at BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL, void BIGINT NOT NULL, details BYTEA NOT NULL
);
CREATE INDEX documents_latest ON documents (stream, scanned_at, id);
CREATE INDEX documents_same ON documents (stream, sha256);
CREATE INDEX documents_entry ON documents (entry);
CREATE TABLE findings (
    id BIGINT PRIMARY KEY, asset BIGINT NOT NULL, class TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL, severity BIGINT NOT NULL, fix BIGINT NOT NULL, band BIGINT NOT NULL,
    due BIGINT NOT NULL, emergency BIGINT NOT NULL, paused BIGINT, available BIGINT NOT NULL,
    live BIGINT NOT NULL, owner TEXT COLLATE "C" NOT NULL, exposure TEXT COLLATE "C" NOT NULL,
    details BYTEA NOT NULL
);
CREATE INDEX findings_fix ON findings (fix, state);
CREATE INDEX findings_asset ON findings (asset, id);
CREATE TABLE attributions (
    id BIGINT PRIMARY KEY, finding BIGINT NOT NULL, stream BIGINT NOT NULL, state BIGINT NOT NULL,
    rule TEXT NOT NULL, path TEXT NOT NULL, line BIGINT NOT NULL, content BYTEA, bucket BYTEA,
    moved BYTEA, digest BYTEA NOT NULL, standing TEXT NOT NULL, claim BIGINT NOT NULL,
    said BYTEA NOT NULL, edge BYTEA NOT NULL
);
CREATE INDEX attributions_finding ON attributions (finding);
CREATE INDEX attributions_live ON attributions (stream, id) WHERE state = 0;
CREATE INDEX attributions_bucket ON attributions (stream, bucket) WHERE state = 0;
CREATE INDEX attributions_moved ON attributions (stream, moved) WHERE state = 0 AND moved IS NOT NULL;
CREATE TABLE names (
    stream BIGINT NOT NULL, key BYTEA NOT NULL, attribution BIGINT NOT NULL,
    PRIMARY KEY (stream, key, attribution)
) /*keyed*/;
CREATE TABLE links (
    asset BIGINT NOT NULL, key BYTEA NOT NULL, attribution BIGINT NOT NULL,
    PRIMARY KEY (asset, key, attribution)
) /*keyed*/;
CREATE TABLE apart (
    finding BIGINT NOT NULL, attribution BIGINT NOT NULL, entry BIGINT NOT NULL,
    PRIMARY KEY (finding, attribution)
) /*keyed*/;
CREATE TABLE fixes (
    id BIGINT PRIMARY KEY, asset BIGINT NOT NULL, key BYTEA NOT NULL, open BIGINT NOT NULL,
    paused BIGINT NOT NULL, active BIGINT NOT NULL, leads BIGINT NOT NULL, due BIGINT NOT NULL,
    band BIGINT NOT NULL, emergency BIGINT NOT NULL, available BIGINT NOT NULL,
    severities BIGINT NOT NULL, owner TEXT COLLATE "C" NOT NULL, exposure TEXT COLLATE "C" NOT NULL,
    wakes BIGINT, sources BIGINT NOT NULL, UNIQUE (key, asset)
);
CREATE INDEX fixes_overdue ON fixes (band, due, id) WHERE active > 0;
CREATE INDEX fixes_due ON fixes (due, id) WHERE active > 0;
CREATE INDEX fixes_asset ON fixes (asset, due, id) WHERE active > 0;
CREATE INDEX fixes_wakes ON fixes (wakes, id) WHERE wakes IS NOT NULL;
CREATE TABLE proposals (
    id BIGINT PRIMARY KEY, finding BIGINT NOT NULL, settled BIGINT NOT NULL, at BIGINT NOT NULL,
    author TEXT NOT NULL, what BYTEA NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX proposals_waiting ON proposals (finding) WHERE settled = 0;
CREATE TABLE views (name TEXT COLLATE "C" PRIMARY KEY, filter TEXT NOT NULL);
CREATE TABLE settings (name TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE roles (actor TEXT COLLATE "C" PRIMARY KEY, role TEXT NOT NULL);
-- How many, kept up with each change: open findings, by severity, by asset.
CREATE TABLE counters (
    kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, value BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);
-- Fixes with something to do, by band and by the hour in which they are due.
CREATE TABLE calendar (
    band BIGINT NOT NULL, hour BIGINT NOT NULL, fixes BIGINT NOT NULL, PRIMARY KEY (band, hour)
);
