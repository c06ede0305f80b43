"""Categories: the ten kinds of problem that may be built, the domains they lie in, and which an account has on."""
