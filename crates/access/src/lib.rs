//! Who may do what?
