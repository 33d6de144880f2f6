//! Exposure: kept by every transaction that changes it, added up in the background.

use kernel::Outcome;

use crate::App;
use crate::store::WriteTx;

/// Movements added up in one transaction.
const FOLD_BATCH: i32 = 20_000;

/// Adds up movements of exposure; whether there may be more.
///
/// # Errors
/// `database.unavailable`.
pub fn fold(app: &App) -> Outcome<bool> {
    let folded =
        app.store.transact("credit.fold_exposure", |tx: &mut dyn WriteTx| tx.fold_exposure(FOLD_BATCH))?;
    Ok(folded >= i64::from(FOLD_BATCH))
}

/// The port of keeping exposure.
pub trait ExposureStore {
    /// Adds up at most `limit` movements; how many there were.
    fn fold_exposure(&mut self, limit: i32) -> Outcome<i64>;
}
