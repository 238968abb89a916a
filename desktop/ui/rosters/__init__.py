"""基础名单: lists of other departments taken in, and held against what is registered."""
