"""The mail systems that are measured, behind one interface."""
