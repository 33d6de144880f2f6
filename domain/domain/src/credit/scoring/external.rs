//! What raters and bureaus say, brought to one form: a grade on a scale, a probability, a recommended limit.

use kernel::registry::Lei;
use kernel::{Date, Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};

use super::codes;
use super::numbers::Exact;

const GRADES_MAX: usize = 50;
const DECIMALS: u32 = 4;

/// Grades of a provider, from the best to the worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale(Vec<String>);

impl Scale {
    /// # Errors
    /// `external_rating.scale_invalid`.
    pub fn try_new(grades: Vec<String>) -> Outcome<Self> {
        let mut distinct = grades.iter().map(|g| g.trim()).filter(|g| !g.is_empty()).collect::<Vec<_>>();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != grades.len() || !(2..=GRADES_MAX).contains(&grades.len()) {
            let message = format!("{} different grades of {}", distinct.len(), grades.len());
            return Err(Error::field("grades", &codes::SCALE_INVALID, message));
        }
        Ok(Self(grades))
    }

    pub fn grades(&self) -> &[String] {
        &self.0
    }

    /// Where a grade stands, from 0 for the best to 1 for the worst, so that scales can be compared.
    pub fn position(&self, grade: &str) -> Option<Decimal> {
        let place = self.0.iter().position(|g| g == grade)?;
        let last = self.0.len().checked_sub(1)?;
        let place = Decimal::from(place).checked_div(Decimal::from(last))?;
        Some(place.round_dp(DECIMALS).normalize())
    }
}

/// How a provider names whom it speaks of, in the order they are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Subject {
    pub tax_id: Option<String>,
    pub lei: Option<String>,
    pub national_id: Option<String>,
    pub name: Option<String>,
}

impl Subject {
    /// Without blanks and separators, in capitals, as identifiers are compared; an LEI that is none is dropped.
    #[must_use]
    pub fn folded(&self) -> Self {
        let fold = |text: &Option<String>| {
            let folded = text.as_deref()?.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            (!folded.is_empty()).then(|| folded.to_ascii_uppercase())
        };
        Self {
            tax_id: fold(&self.tax_id),
            lei: fold(&self.lei).filter(|text| Lei::parse("lei", text).is_ok()),
            national_id: fold(&self.national_id),
            name: self.name.as_deref().map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned),
        }
    }
}

/// A rating as it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedRating {
    /// On the scale of the provider.
    pub grade: Option<String>,
    /// Of failure within a year, 0 to 1.
    pub probability: Option<Exact>,
    /// What the provider would lend.
    pub limit: Option<(Exact, String)>,
    pub rated_on: Date,
    /// Last day it is to be relied on.
    pub valid_until: Option<Date>,
    /// The provider's own number of the report.
    pub reference: Option<String>,
}

/// Where a stated rating stands on a scale; `None` for one without a grade.
///
/// # Errors
/// `external_rating.empty`, `external_rating.grade_unknown`, `external_rating.probability_range`,
/// `external_rating.dates`, errors of the amount.
pub fn check(stated: &StatedRating, scale: &Scale, today: Date) -> Outcome<Option<Decimal>> {
    if stated.grade.is_none() && stated.probability.is_none() && stated.limit.is_none() {
        return Err(Error::field(
            "grade",
            &codes::RATING_EMPTY,
            "neither grade, probability nor limit is given",
        ));
    }
    if stated.rated_on > today || stated.valid_until.is_some_and(|until| until < stated.rated_on) {
        let message = format!("rated on {}, today is {today}", stated.rated_on);
        return Err(Error::field("rated_on", &codes::RATING_DATES, message));
    }
    if let Some(probability) = stated.probability
        && !(Decimal::ZERO..=Decimal::ONE).contains(&probability.0)
    {
        let message = format!("{probability} is no probability");
        return Err(Error::field("probability", &codes::PROBABILITY_RANGE, message));
    }
    if let Some((amount, currency)) = &stated.limit {
        let currency = kernel::Currency::parse("limit.currency", currency)?;
        kernel::money::check_amount("limit.amount", amount.0, currency)?;
    }
    let place = |grade: &String| {
        scale.position(grade).ok_or_else(|| {
            let message = format!("{:?} is not one of {}", grade, scale.0.join(", "));
            Error::field("grade", &codes::GRADE_UNKNOWN, message)
        })
    };
    stated.grade.as_ref().map(place).transpose()
}

/// What is compared of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub position: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub rated_on: Date,
}

/// Whether a rating says worse of somebody than the one before it: by grade, or without grades by probability. One that is
/// older than what is known already arrived out of order and is no downgrade.
pub fn is_downgrade(before: &Standing, now: &Standing) -> bool {
    if now.rated_on < before.rated_on {
        return false;
    }
    let worse = |a: Option<Decimal>, b: Option<Decimal>| a.zip(b).map(|(a, b)| b > a);
    worse(before.position, now.position)
        .or_else(|| worse(before.probability, now.probability))
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::scoring::fixture::{day, dec};

    fn scale() -> Scale {
        Scale::try_new(["A", "B", "C", "D"].map(str::to_owned).to_vec()).unwrap()
    }

    fn stated(grade: &str) -> StatedRating {
        StatedRating {
            grade: Some(grade.to_owned()),
            probability: None,
            limit: None,
            rated_on: day("2026-03-01"),
            valid_until: None,
            reference: None,
        }
    }

    #[test]
    fn grades_of_any_scale_lie_between_nought_and_one() {
        let at = |grade| check(&stated(grade), &scale(), day("2026-03-02")).unwrap();
        assert_eq!((at("A"), at("B"), at("D")), (Some(dec("0")), Some(dec("0.3333")), Some(dec("1"))));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |of: &StatedRating| check(of, &scale(), day("2026-03-02")).unwrap_err().code().text;
        assert_eq!(refused(&stated("E")), "external_rating.grade_unknown");
        assert_eq!(
            refused(&StatedRating { rated_on: day("2026-03-03"), ..stated("A") }),
            "external_rating.dates"
        );
        let ended = StatedRating { valid_until: Some(day("2026-02-01")), ..stated("A") };
        assert_eq!(refused(&ended), "external_rating.dates");
        let sure = StatedRating { probability: Some(Exact(dec("1.1"))), ..stated("A") };
        assert_eq!(refused(&sure), "external_rating.probability_range");
        assert_eq!(refused(&StatedRating { grade: None, ..stated("A") }), "external_rating.empty");
        assert_eq!(
            Scale::try_new(vec!["A".into(), "A".into()]).unwrap_err().code().text,
            "external_rating.scale_invalid"
        );
    }

    #[test]
    fn an_older_report_that_comes_late_is_no_downgrade() {
        let at = |position: &str, on: &str| Standing {
            position: Some(dec(position)),
            probability: None,
            rated_on: day(on),
        };
        assert!(is_downgrade(&at("0.2", "2026-01-01"), &at("0.4", "2026-02-01")));
        assert!(!is_downgrade(&at("0.4", "2026-01-01"), &at("0.2", "2026-02-01")));
        assert!(!is_downgrade(&at("0.2", "2026-02-01"), &at("0.4", "2026-01-01")));
        let pd =
            |p: &str| Standing { position: None, probability: Some(dec(p)), rated_on: day("2026-01-01") };
        assert!(is_downgrade(&pd("0.01"), &pd("0.05")));
    }

    #[test]
    fn identifiers_are_compared_without_their_separators() {
        let subject = Subject {
            tax_id: Some("es-b12.345.678".into()),
            lei: Some("not an lei".into()),
            national_id: Some(" ".into()),
            name: None,
        };
        let folded = subject.folded();
        assert_eq!(folded.tax_id.as_deref(), Some("ESB12345678"));
        assert_eq!((folded.lei, folded.national_id), (None, None));
    }
}
