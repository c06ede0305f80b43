"""Building: one question at a time where no flow fits, by playbook or model, inside hard limits."""
