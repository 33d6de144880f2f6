//! Who is to be reminded of what, and why: scenarios, decisions, counterfactuals.
