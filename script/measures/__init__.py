"""What `script/bench` times and what `script/faults` breaks: outside CI, bounded, repeatable."""
