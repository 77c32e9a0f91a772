"""How fast, how many queries, and how both grow: `make bench`, or `python -m tests.bench`.

A benchmark is not a test: it fails for nothing but its own mistakes. What we quote are ratios to a bare view that
answers one indexed query on the same server in the same run.

    SIZES=1,10,100   times the smallest contract       SECONDS=1.5   spent on each piece of work
    ONLY=journal     pieces whose name contains it     DATABASE_URL, REDIS_URL   where to measure
"""
