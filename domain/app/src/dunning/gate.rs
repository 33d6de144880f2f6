//! The stale-data gate: nobody is dunned by data that is missing, incomplete, late or unequal.

use domain::dunning::group::Stale;
use kernel::Instant;

use super::store::{FinishedPush, SourceFreshness, StaleSource};

/// What the gate says about a legal entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    pub sources: usize,
    pub stale: Vec<StaleSource>,
}

impl Gate {
    /// Looks at every source that dunning waits for. Data is late when its last finished push is older than
    /// `stale_after_hours`, or when the business day it speaks of ended so long ago; exactly that old is still fit.
    pub fn of(sources: &[SourceFreshness], stale_after_hours: i32, now: Instant) -> Self {
        let stale = sources.iter().filter_map(|source| {
            let stale = stale(source, stale_after_hours, now)?;
            Some(StaleSource { no: source.no, code: source.code.clone(), stale })
        });
        Self { sources: sources.len(), stale: stale.collect() }
    }

    /// Whether nothing at all can be decided: every source that counts is stale.
    pub fn is_shut(&self) -> bool {
        self.sources > 0 && self.stale.len() == self.sources
    }

    /// What is wrong with the data of accounts from these sources, if anything.
    pub fn stale_of(&self, source_nos: &[i32]) -> Option<Stale> {
        self.stale.iter().find(|s| source_nos.contains(&s.no)).map(|s| s.stale)
    }

    /// `late ERP-1, missing ERP-2`.
    pub fn reason(&self) -> String {
        self.stale.iter().map(|s| format!("{} {}", s.stale, s.code)).collect::<Vec<_>>().join(", ")
    }
}

fn stale(source: &SourceFreshness, stale_after_hours: i32, now: Instant) -> Option<Stale> {
    if source.pushing {
        return Some(Stale::Incomplete);
    }
    let Some(FinishedPush { at, equal, known_until }) = source.finished else { return Some(Stale::Missing) };
    if !equal {
        return Some(Stale::Unequal);
    }
    let limit = chrono::Duration::hours(stale_after_hours.into());
    let late = now.signed_duration_since(at.min(known_until)) > limit;
    late.then_some(Stale::Late)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn source(finished: Option<(&str, bool)>, pushing: bool) -> SourceFreshness {
        let known_until = at("2026-03-05T00:00:00Z");
        let finished = finished.map(|(when, equal)| FinishedPush { at: at(when), equal, known_until });
        SourceFreshness { no: 1, code: "ERP".to_owned(), finished, pushing }
    }

    fn gate_of(source: SourceFreshness) -> Option<Stale> {
        Gate::of(&[source], 48, at("2026-03-04T08:00:00Z")).stale_of(&[1])
    }

    #[test]
    fn data_is_late_only_after_the_hours_have_passed() {
        assert_eq!(gate_of(source(Some(("2026-03-02T08:00:00Z", true)), false)), None);
        assert_eq!(gate_of(source(Some(("2026-03-02T07:59:59Z", true)), false)), Some(Stale::Late));
    }

    #[test]
    fn data_of_a_day_long_past_is_late_however_lately_it_came() {
        let of_a_day = |end: &str| {
            let fresh = source(Some(("2026-03-04T07:00:00Z", true)), false);
            let finished = fresh.finished.map(|f| FinishedPush { known_until: at(end), ..f });
            gate_of(SourceFreshness { finished, ..fresh })
        };
        assert_eq!(of_a_day("2026-03-02T08:00:00Z"), None);
        assert_eq!(of_a_day("2026-03-02T07:59:59Z"), Some(Stale::Late));
    }

    #[test]
    fn missing_unequal_and_unfinished_data_are_not_dunned_by() {
        assert_eq!(gate_of(source(None, false)), Some(Stale::Missing));
        assert_eq!(gate_of(source(Some(("2026-03-04T07:00:00Z", false)), false)), Some(Stale::Unequal));
        assert_eq!(gate_of(source(Some(("2026-03-04T07:00:00Z", true)), true)), Some(Stale::Incomplete));
    }

    #[test]
    fn one_fresh_source_keeps_the_gate_open_for_its_accounts() {
        let fresh = SourceFreshness { no: 2, ..source(Some(("2026-03-04T07:00:00Z", true)), false) };
        let gate = Gate::of(&[source(None, false), fresh], 48, at("2026-03-04T08:00:00Z"));
        assert!(!gate.is_shut());
        assert_eq!((gate.stale_of(&[1, 2]), gate.stale_of(&[2])), (Some(Stale::Missing), None));
        assert_eq!(gate.reason(), "missing ERP");
    }
}
