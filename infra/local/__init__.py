"""The cloud on a laptop: reads template.yaml and runs its functions, queues and schedules on this machine."""
