"""The writers: each renders one `Run` in one form, and judges nothing."""
