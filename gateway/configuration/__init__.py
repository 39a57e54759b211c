"""gateway.toml and people.yaml as frozen values, or every fault in them by file and line."""
