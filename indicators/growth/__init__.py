"""Growth of children after WHO: z-scores for one child and for a whole table, prevalence, quality of measuring."""
