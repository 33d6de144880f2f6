//! The scorecard that every installation starts with.

/// It scores by how somebody pays, and takes external ratings and accounts where there are any.
pub const DOCUMENT: &str = include_str!("standard.json");

#[cfg(test)]
mod tests {
    use crate::attributes::Declared;
    use crate::credit::facts::{CreditSchema, Namespace, blank};
    use crate::credit::scoring::evaluate::{CompiledScorecard, ScoreOutcome, ScoreReason};
    use crate::credit::scoring::fixture::dec;
    use crate::credit::scoring::nearest::nearest;
    use crate::credit::scoring::scorecard::parse;
    use crate::credit::scoring::validate::validate;
    use crate::rules::evaluate::Machine;

    fn compiled() -> CompiledScorecard {
        let card = parse(&serde_json::from_str(super::DOCUMENT).unwrap()).unwrap();
        let schema = CreditSchema::new(Declared::default()).without(Namespace::Score);
        assert_eq!(validate(&card, &schema), []);
        CompiledScorecard::compile(card, 1, &schema).unwrap()
    }

    #[test]
    fn a_good_payer_is_in_the_best_class_and_an_insolvent_one_in_the_worst() {
        let card = compiled();
        let mut facts = blank();
        facts.set("behaviour.days_late_365", dec("-2"));
        facts.set("behaviour.on_time_ratio", dec("0.97"));
        facts.set("party.age_days", 900);
        let score = card.evaluate(&mut Machine::default(), &facts, None);
        assert_eq!((score.points, score.class.as_deref()), (Some(dec("100")), Some("A")));
        facts.set("party.insolvent", true);
        let score = card.evaluate(&mut Machine::default(), &facts, None);
        assert_eq!((score.reason, score.class.as_deref()), (ScoreReason::KnockedOut, Some("E")));
    }

    #[test]
    fn somebody_of_whom_nothing_is_known_gets_no_score() {
        let card = compiled();
        let mut facts = blank();
        for unknown in ["exposure.days_overdue_max", "behaviour.returns"] {
            facts.set(unknown, crate::rules::evaluate::FactValue::Null);
        }
        let score = card.evaluate(&mut Machine::default(), &facts, None);
        assert_eq!((score.outcome, score.reason), (ScoreOutcome::Refused, ScoreReason::TooLittleKnown));
        assert_eq!(nearest(&card, &mut Machine::default(), &facts, (&score, None)), []);
    }
}
