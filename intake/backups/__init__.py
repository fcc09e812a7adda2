"""Backups: what a backup holds, the sealed file that it is, and both engines' snapshots."""
