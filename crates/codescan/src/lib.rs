//! What does the code show? First rung of reachability: which packages and symbols a source names.
