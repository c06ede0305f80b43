"""The flywheel: what resolved walks teach, folded into proposals that people review."""
