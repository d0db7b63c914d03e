"""What agents do with tickets besides answering and closing them; each a unit for a writer's transaction."""
