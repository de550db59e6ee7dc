"""Doorstep 上门办: a bot that talks, knows things, keeps them, and reaches people."""

__version__ = "0.1.0"
