"""RSN/1 a second time, written from docs/format.md alone: a reader and a writer with the same bytes."""
