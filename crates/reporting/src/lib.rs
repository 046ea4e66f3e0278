//! Charts, comparison figures and tables, drawn from records alone.
