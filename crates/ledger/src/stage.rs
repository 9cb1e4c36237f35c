//! Where a document's claims wait before they are matched: a private temporary file of SQLite, gone with the
//! process, so that memory does not grow with the document.
