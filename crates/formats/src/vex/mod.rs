//! What does a VEX document state, and how do our statements look as one?
