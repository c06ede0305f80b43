"""Which walks are about one problem: how likely openings, questions and what answers led to make it. Pure."""
