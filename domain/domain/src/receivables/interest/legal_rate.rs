//! Legal interest rates by jurisdiction and period.

use kernel::{Date, Decimal, Error, Outcome};

use crate::receivables::codes;

kernel::text_enum! {
    /// How far a rate can be relied on.
    pub enum RateStatus {
        /// Seen in the official gazette or a text that quotes it.
        Published = "published",
        /// Believed right, not seen in a source.
        Unconfirmed = "unconfirmed",
    }
}

/// One rate in force over a period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalRate {
    /// ISO 3166 code, e.g. `ES`.
    pub jurisdiction: String,
    pub valid_from: Date,
    /// Inclusive; `None` while no end is known.
    pub valid_to: Option<Date>,
    /// Percent per year.
    pub annual_percent: Decimal,
    /// Where the rate was published.
    pub source: String,
    pub status: RateStatus,
}

/// Rates without overlap. Gaps are allowed: a missing rate is an answer of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LegalRates {
    /// By jurisdiction and first day.
    rates: Vec<LegalRate>,
}

impl LegalRates {
    /// # Errors
    /// `interest.rates_invalid` for a negative rate or a period that ends before it begins,
    /// `interest.rates_overlap` when two rates of a jurisdiction share a day.
    pub fn try_new(mut rates: Vec<LegalRate>) -> Outcome<Self> {
        rates.sort_by(|a, b| (&a.jurisdiction, a.valid_from).cmp(&(&b.jurisdiction, b.valid_from)));
        for rate in &rates {
            let reversed = rate.valid_to.is_some_and(|to| to < rate.valid_from);
            if reversed || rate.annual_percent.is_sign_negative() {
                let message = format!("{} from {}: reversed or negative", rate.jurisdiction, rate.valid_from);
                return Err(Error::with(&codes::INTEREST_RATES_INVALID, message));
            }
        }
        for (one, next) in rates.iter().zip(rates.iter().skip(1)) {
            let meets = one.valid_to.is_none_or(|to| next.valid_from <= to);
            if one.jurisdiction == next.jurisdiction && meets {
                let message = format!(
                    "{}: the rates from {} and {} overlap",
                    one.jurisdiction, one.valid_from, next.valid_from
                );
                return Err(Error::with(&codes::INTEREST_RATES_OVERLAP, message));
            }
        }
        Ok(Self { rates })
    }

    /// The rate in force in a jurisdiction on a day.
    pub fn on(&self, jurisdiction: &str, day: Date) -> Option<&LegalRate> {
        let begun =
            self.rates.partition_point(|r| (r.jurisdiction.as_str(), r.valid_from) <= (jurisdiction, day));
        let rate = self.rates.get(begun.checked_sub(1)?)?;
        (rate.jurisdiction == jurisdiction && rate.valid_to.is_none_or(|to| day <= to)).then_some(rate)
    }

    pub fn rates(&self) -> &[LegalRate] {
        &self.rates
    }
}

/// The Spanish rates known when this version was built (Ley 3/2004 art. 7), to be loaded into the database, where
/// later ones are recorded by hand. Half-years not yet published are absent.
///
/// # Errors
/// `interest.rates_invalid`, `interest.rates_overlap`: a fault of the build, held off by a test.
pub fn embedded_es() -> Outcome<Vec<LegalRate>> {
    let rates: Vec<LegalRate> = serde_json::from_str(include_str!("../legal_rates_es.json"))
        .map_err(|e| Error::new(&codes::INTEREST_RATES_INVALID).caused_by(e))?;
    LegalRates::try_new(rates).map(|checked| checked.rates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn rate(jurisdiction: &str, from: &str, to: Option<&str>) -> LegalRate {
        LegalRate {
            jurisdiction: jurisdiction.to_owned(),
            valid_from: day(from),
            valid_to: to.map(day),
            annual_percent: Decimal::from(8),
            source: "test".to_owned(),
            status: RateStatus::Published,
        }
    }

    fn percent_on(on: &str) -> Option<String> {
        let rates = LegalRates::try_new(embedded_es().unwrap()).unwrap();
        rates.on("ES", day(on)).map(|rate| rate.annual_percent.to_string())
    }

    #[test]
    fn the_spanish_rates_read_without_gap_and_end_where_publication_ends() {
        let rates = embedded_es().unwrap();
        for (one, next) in rates.iter().zip(rates.iter().skip(1)) {
            assert_eq!(one.valid_to.unwrap().succ_opt(), Some(next.valid_from));
        }
        assert_eq!(percent_on("2026-06-30").as_deref(), Some("10.15"));
        assert_eq!(percent_on("2026-07-01"), None);
        assert_eq!(percent_on("2004-06-30"), None);
    }

    #[test]
    fn the_margin_rose_on_the_twenty_fourth_of_february_2013() {
        assert_eq!(percent_on("2013-02-23").as_deref(), Some("7.75"));
        assert_eq!(percent_on("2013-02-24").as_deref(), Some("8.75"));
    }

    #[test]
    fn what_was_not_seen_in_a_source_says_so() {
        let rates = embedded_es().unwrap();
        let unconfirmed: Vec<_> = rates
            .iter()
            .filter(|r| r.status == RateStatus::Unconfirmed)
            .map(|r| r.valid_from.to_string())
            .collect();
        assert_eq!(unconfirmed.len(), 15);
        assert!(unconfirmed.contains(&"2013-07-01".to_owned()));
        assert!(!unconfirmed.contains(&"2020-01-01".to_owned()));
        assert!(rates.iter().all(|r| r.jurisdiction == "ES" && !r.source.is_empty()));
    }

    #[test]
    fn two_rates_on_one_day_are_refused_within_a_jurisdiction_only() {
        let code = |rates| LegalRates::try_new(rates).map(|_| ()).map_err(|e| e.code().text);
        let overlap = vec![rate("ES", "2026-01-01", None), rate("ES", "2026-07-01", None)];
        assert_eq!(code(overlap), Err("interest.rates_overlap"));
        let touch = vec![rate("ES", "2026-01-01", Some("2026-07-01")), rate("ES", "2026-07-01", None)];
        assert_eq!(code(touch), Err("interest.rates_overlap"));
        let apart = vec![rate("ES", "2026-01-01", None), rate("FR", "2026-01-01", None)];
        assert_eq!(code(apart), Ok(()));
        assert_eq!(code(vec![rate("ES", "2026-01-02", Some("2026-01-01"))]), Err("interest.rates_invalid"));
    }

    proptest! {
        #[test]
        fn the_rate_found_covers_the_day_and_no_covering_rate_is_missed(offset in 0_i64..9000) {
            let on = day("2003-01-01") + chrono::Duration::days(offset);
            let rates = LegalRates::try_new(embedded_es().unwrap()).unwrap();
            let covering = rates.rates().iter().find(|r| r.valid_from <= on && r.valid_to.is_none_or(|to| on <= to));
            prop_assert_eq!(rates.on("ES", on), covering);
            prop_assert_eq!(rates.on("PT", on), None);
        }
    }
}
