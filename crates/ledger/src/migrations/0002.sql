-- Version 2. What has to be looked at before a claim can be said to have ended, which claims are unseen, what persons
-- state of sources, and what only a pull request reports. Claims of version 1 have no ground: «not said».

ALTER TABLE attributions ADD COLUMN ground TEXT NOT NULL DEFAULT '';
-- Since when and why, as JSON; empty while it is seen.
ALTER TABLE attributions ADD COLUMN unseen TEXT NOT NULL DEFAULT '';
-- How many of the standing claims are unseen.
ALTER TABLE findings ADD COLUMN unseen BIGINT NOT NULL DEFAULT 0;
-- The pull request that alone reports it; empty: it is part of the queue.
ALTER TABLE findings ADD COLUMN reference TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE fixes ADD COLUMN reference TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Open findings all of whose standing claims are unseen.
ALTER TABLE fixes ADD COLUMN unseen BIGINT NOT NULL DEFAULT 0;
CREATE INDEX fixes_unseen ON fixes (due, id) WHERE unseen > 0;
CREATE INDEX fixes_reference ON fixes (reference, due, id) WHERE reference <> '';
CREATE TABLE statements (
    asset BIGINT NOT NULL, source TEXT COLLATE "C" NOT NULL, details BYTEA NOT NULL,
    PRIMARY KEY (asset, source)
) /*keyed*/;
-- What got another path is looked for among all that is left, in memory.
DROP INDEX attributions_moved;
-- The same proposal is made once.
CREATE INDEX proposals_finding ON proposals (finding);
-- By class: where few findings are of it, the queue goes to them.
CREATE INDEX findings_class ON findings (class, state, id);

-- How much depends on an asset, and the tables that a command has added for it (JSON, keys of settings).
ALTER TABLE assets ADD COLUMN criticality TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN tables TEXT NOT NULL DEFAULT '';
-- Known emergencies come before everything, by due; what is left by due has none of them.
DROP INDEX fixes_due;
CREATE INDEX fixes_emergency ON fixes (due, id) WHERE active > 0 AND emergency = 1;
CREATE INDEX fixes_due ON fixes (due, id) WHERE active > 0 AND emergency = 0;
-- Another finding may lead a fix now: every row is computed again when the ledger is next opened for writing.
UPDATE fixes SET wakes = 0 WHERE open > 0;
