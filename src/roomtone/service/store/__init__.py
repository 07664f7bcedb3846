"""What is kept: tables, the queries on them, and the steps that bring an older database up to date."""
