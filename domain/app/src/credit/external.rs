//! What raters and bureaus say: taken in by interface, file or hand, matched to parties, and nothing lost.

pub mod codes;
pub mod collect;
pub mod inbox;
pub mod intake;
pub mod lists;
pub mod providers;
pub mod read;
pub mod store;

use domain::credit::scoring::external::Standing;
use kernel::{Date, Decimal, Instant, text, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text_enum! {
    /// How a report came.
    pub enum ReportOrigin {
        Api = "api",
        File = "file",
        Manual = "manual",
    }
}

/// A report as it comes: every field a text, so that one that cannot be read is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    pub tax_id: Option<String>,
    pub lei: Option<String>,
    pub national_id: Option<String>,
    pub name: Option<String>,
    pub grade: Option<String>,
    /// Of failure within a year, 0 to 1.
    pub probability: Option<String>,
    pub limit_amount: Option<String>,
    pub limit_currency: Option<String>,
    pub rated_on: Option<String>,
    pub valid_until: Option<String>,
    /// The provider's own number of the report.
    pub reference: Option<String>,
}

/// Bytes kept of one field of a report.
const FIELD_BYTES_MAX: usize = 1_000;

impl Report {
    /// Without what a database cannot keep: zero characters, and fields without end.
    #[must_use]
    fn cleaned(mut self) -> Self {
        let fields = [
            &mut self.tax_id,
            &mut self.lei,
            &mut self.national_id,
            &mut self.name,
            &mut self.grade,
            &mut self.probability,
            &mut self.limit_amount,
            &mut self.limit_currency,
            &mut self.rated_on,
            &mut self.valid_until,
            &mut self.reference,
        ];
        for text in fields.into_iter().flatten() {
            let kept = text.replace('\0', "\u{fffd}");
            text::beginning(&kept, FIELD_BYTES_MAX).clone_into(text);
        }
        self
    }
}

/// A rating as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalRating {
    pub id: Uuid,
    pub provider_code: String,
    /// The party that stands for the risk.
    pub party_id: Uuid,
    pub grade: Option<String>,
    /// Where the grade stands on its scale: 0 the best, 1 the worst.
    pub position: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub limit_amount: Option<Decimal>,
    pub limit_currency: Option<String>,
    pub rated_on: Date,
    /// Last day it is relied on.
    pub valid_until: Date,
    pub reference: Option<String>,
    pub origin: ReportOrigin,
    /// Worse than the one before it.
    pub downgrade: bool,
    pub recorded_at: Instant,
}

impl ExternalRating {
    pub fn standing(&self) -> Standing {
        Standing { position: self.position, probability: self.probability, rated_on: self.rated_on }
    }
}
