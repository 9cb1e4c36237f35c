-- Version 2. What the clock and the order of the queue need.

-- How much depends on an asset, and the tables that a command has added for it (JSON, keys of settings).
ALTER TABLE assets ADD COLUMN criticality TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN tables TEXT NOT NULL DEFAULT '';
-- Known emergencies come before everything, by due; what is left by due has none of them.
DROP INDEX fixes_due;
CREATE INDEX fixes_emergency ON fixes (due, id) WHERE active > 0 AND emergency = 1;
CREATE INDEX fixes_due ON fixes (due, id) WHERE active > 0 AND emergency = 0;
-- Another finding may lead a fix now: every row is computed again when the ledger is next opened for writing.
UPDATE fixes SET wakes = 0 WHERE open > 0;
