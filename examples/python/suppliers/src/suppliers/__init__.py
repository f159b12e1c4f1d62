"""Who supplies what the shop sells: a subgraph of the sample shop, in Python."""

NAME = "suppliers"
VERSION = "1.0.0"
