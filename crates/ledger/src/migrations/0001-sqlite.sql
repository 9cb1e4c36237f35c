-- Words for search. The words stand in the findings; this is the index alone.
CREATE VIRTUAL TABLE finding_words USING fts5 (
    words, content='', contentless_delete=1, detail=none, tokenize='ascii'
);
