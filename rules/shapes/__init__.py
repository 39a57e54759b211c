"""The shapes of what stands in a process file; `rules.process` puts them together."""
