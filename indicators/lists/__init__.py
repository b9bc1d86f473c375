"""Lists of children behind the figures: who is entitled, due, missing from a register. Keys only, never names."""
