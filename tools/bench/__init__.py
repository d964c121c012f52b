"""`make bench`: what Saykey costs and how soon it answers, written to docs/bench.md."""
