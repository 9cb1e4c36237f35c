-- Version 2, by class: where few findings are of it, the queue goes to them.
CREATE INDEX findings_class ON findings (class, state, id);
