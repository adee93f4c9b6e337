"""What is reported: findings, their evidence, known violations, and how two reports differ."""
