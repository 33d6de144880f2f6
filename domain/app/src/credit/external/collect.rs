//! Fetches reports from a provider that has an interface, page by page, each kept before the next is asked for.

use kernel::{Error, Outcome};

use super::intake::{Intake, take_fetched};
use super::{Report, codes};
use crate::App;
use crate::ctx::Ctx;

/// Pages fetched in one go: a provider whose pages never end does not hold us for ever.
const PAGES_MAX: u32 = 1_000;

/// One page of reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportPage {
    pub reports: Vec<Report>,
    /// Where to go on, now or another day.
    pub next: Option<String>,
    /// Whether there is more now.
    pub more: bool,
}

/// The port: a provider that is asked for its reports.
pub trait RatingSource: Send + Sync {
    /// The reports after a place that the provider named before.
    ///
    /// # Errors
    /// `rating_provider.unreachable`.
    fn page(&self, after: Option<&str>) -> Outcome<ReportPage>;
}

/// Fetches what is new. What a provider sends twice, late or out of order changes nothing that is known; where it fails, what
/// came before is kept and the next call goes on there.
///
/// # Errors
/// `rating_provider.unknown`, `rating_provider.unreachable`.
pub fn collect(app: &App, ctx: &Ctx, provider: &str, source: &dyn RatingSource) -> Outcome<Intake> {
    let found = app.store.view("external.provider", |tx| tx.provider(provider))?;
    let unknown = || Error::with(&codes::PROVIDER_UNKNOWN, format!("there is no provider {provider:?}"));
    let mut cursor = found.ok_or_else(unknown)?.cursor;
    let mut all = Intake::default();
    for _ in 0..PAGES_MAX {
        let page = source.page(cursor.as_deref())?;
        let next = page.next.or_else(|| cursor.clone());
        let taken = take_fetched(app, ctx, provider, (&page.reports, next.as_deref()))?;
        all.received += taken.received;
        all.taken += taken.taken;
        all.duplicates += taken.duplicates;
        all.inbox += taken.inbox;
        all.downgrades += taken.downgrades;
        let stands = next == cursor;
        cursor = next;
        if !page.more || stands {
            break;
        }
    }
    Ok(all)
}
