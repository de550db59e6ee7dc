"""What a sentence is about. Pure: no database, no network, no clock."""
