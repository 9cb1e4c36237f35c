-- Words for search. The words stand in the findings; this is the index alone.
CREATE TABLE finding_words (finding BIGINT PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX finding_words_index ON finding_words USING gin (words);
