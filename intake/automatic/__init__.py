"""What programs write by themselves: how bounces, absence notices and robots are worded and told apart."""
