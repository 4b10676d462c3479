//! Figures as formulas over sums of facts.
