"""HTTP as the client speaks it: one connection, one deadline, and each way in which it can fail."""
