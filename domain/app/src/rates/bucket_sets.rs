//! Creates a bucket set for ageing reports.

use domain::access::Permission;
use domain::receivables::ageing::{AgeBasis, BucketSet};
use kernel::{Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NewBucketSet, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new bucket set.
#[derive(Debug, Clone)]
pub struct CreateBucketSet {
    pub code: String,
    pub name: String,
    pub basis: AgeBasis,
    /// Last day of each bucket; one more bucket begins after the last.
    pub bounds: Vec<u16>,
}

/// A bucket set as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedBucketSet {
    pub code: String,
    pub name: String,
    pub basis: AgeBasis,
    pub bounds: Vec<u16>,
    pub version: i64,
    pub created_at: Instant,
}

/// Creates a bucket set.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `ageing.code_invalid`, `ageing.code_taken`, `ageing.bounds_invalid`, those of a line of text.
pub fn create_bucket_set(app: &App, ctx: &Ctx, cmd: &CreateBucketSet) -> Outcome<Answer<CreatedBucketSet>> {
    ctx.require(Permission::RateWrite)?;
    ctx.scope.require_all()?;
    let code_fits = (1..=40).contains(&cmd.code.len())
        && cmd.code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !code_fits {
        let message = format!("{:?} is not a code", kernel::text::shown(&cmd.code));
        return Err(Error::field("code", &codes::BUCKET_SET_CODE_INVALID, message));
    }
    let set = BucketSet::try_new(&cmd.name, cmd.basis, cmd.bounds.clone())?;
    command::run(app, ctx, "rates.create_bucket_set", |tx| {
        let after = json!({ "code": cmd.code, "name": set.name(), "basis": cmd.basis, "bounds": cmd.bounds });
        let event = tx.record(
            ctx,
            NewEvent {
                kind: "rates.bucket_set_created",
                subject_kind: "bucket_set",
                subject_id: None,
                account_id: None,
                legal_entity_id: None,
                before: Value::Null,
                after,
            },
        )?;
        let new = NewBucketSet { code: cmd.code.clone(), set: set.clone(), created_at: ctx.now };
        if !tx.insert_bucket_set_if_absent(&new, event)? {
            let message = format!("{} is in use", cmd.code);
            return Err(Error::field("code", &codes::BUCKET_SET_CODE_TAKEN, message));
        }
        Ok(CreatedBucketSet {
            code: cmd.code.clone(),
            name: set.name().to_owned(),
            basis: cmd.basis,
            bounds: cmd.bounds.clone(),
            version: 1,
            created_at: ctx.now,
        })
    })
}
