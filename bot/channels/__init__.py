"""How we reach people. Each channel draws, reads and sends; none knows another."""
