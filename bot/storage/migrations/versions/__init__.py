"""One file a change, tested up and down."""
