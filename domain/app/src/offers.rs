//! What a caller may do with an object now, by its state and the caller's permissions: a front end need not know the rules.

use domain::access::Permission::ModelTrain;
use domain::access::Permission::{
    self, AlertManage, BlockWrite, DunningApprove, DunningRead, DunningRun, JobManage, MessageResolve,
};
use domain::access::Permission::{
    CreditRead, LimitApply, LimitApprove, LimitImport, PushConfirm, RatingWrite, RulesWrite, ScenarioWrite,
    ScoreRun,
};
use kernel::id::UserId;
use serde_json::Value;

use crate::ctx::Ctx;
use crate::messages::codes::is_of_facts;

/// An operation on one object of a list.
struct Offer {
    resource: &'static str,
    action: &'static str,
    permission: Permission,
    /// Whether the object, as the list shows it, is in a state for it.
    fits: fn(&Value) -> bool,
}

const fn offer(
    resource: &'static str,
    action: &'static str,
    permission: Permission,
    fits: fn(&Value) -> bool,
) -> Offer {
    Offer { resource, action, permission, fits }
}

static OFFERS: &[Offer] = &[
    offer("actions", "approve", DunningApprove, |row| state(row) == "proposed"),
    offer("actions", "edit", DunningApprove, |row| {
        state(row) == "proposed" && text(row, "mode") == "propose"
    }),
    offer("actions", "reject", DunningApprove, |row| state(row) == "proposed"),
    offer("alerts", "acknowledge", AlertManage, |row| {
        is_unset(row, "resolved_at") && state(row) != "acknowledged"
    }),
    offer("alerts", "escalate", AlertManage, |row| is_unset(row, "resolved_at")),
    offer("alerts", "resolve", AlertManage, |row| is_unset(row, "resolved_at")),
    offer("alerts", "snooze", AlertManage, |row| is_unset(row, "resolved_at")),
    offer("blocks", "end", BlockWrite, |row| is_unset(row, "ended_at")),
    offer("credit_limits", "end", LimitImport, |row| is_unset(row, "superseded_at")),
    offer("dunning_runs", "cancel", DunningRun, |row| state(row) == "running"),
    offer("dunning_runs", "replay", DunningRead, |row| state(row) == "finished"),
    offer("external_inbox", "ignore", RatingWrite, |row| state(row) == "open"),
    offer("external_inbox", "match", RatingWrite, |row| state(row) == "open"),
    offer("financial_statements", "withdraw", RatingWrite, |row| is_unset(row, "superseded_at")),
    offer("jobs", "cancel", JobManage, |row| state(row) == "queued"),
    offer("limit_applications", "approve", LimitApprove, is_pending),
    offer("limit_applications", "refuse", LimitApprove, is_pending),
    offer("limit_applications", "submit", LimitApply, |row| state(row) == "draft"),
    offer("limit_applications", "withdraw", LimitApply, |row| state(row) == "draft" || is_pending(row)),
    offer("limit_reviews", "finish", LimitApply, |row| is_unset(row, "done_at")),
    offer("messages", "cancel", MessageResolve, |row| state(row) == "planned"),
    offer("messages", "mark_sent", MessageResolve, |row| {
        let overtaken = state(row) == "cancelled" && is_of_facts(text(row, "state_reason"));
        (state(row) == "planned" || overtaken) && text(row, "channel") != "email"
    }),
    offer("messages", "resolve", MessageResolve, |row| state(row) == "unknown"),
    offer("models", "activate", ModelTrain, |row| matches!(state(row), "trained" | "retired")),
    offer("models", "deactivate", ModelTrain, |row| state(row) == "active"),
    offer("push_sessions", "abort", PushConfirm, |row| matches!(state(row), "open" | "held")),
    offer("push_sessions", "confirm", PushConfirm, |row| state(row) == "held"),
    offer("rating_overrides", "end", RatingWrite, |row| {
        is_unset(row, "ended_at") && is_unset(row, "expired_at")
    }),
    offer("rule_sets", "activate", RulesWrite, |row| state(row) == "draft"),
    offer("term_deviations", "approve", LimitApprove, |row| state(row) == "requested"),
    offer("term_deviations", "end", LimitApply, |row| state(row) == "approved"),
    offer("term_deviations", "refuse", LimitApprove, |row| state(row) == "requested"),
    offer("term_deviations", "withdraw", LimitApply, |row| state(row) == "requested"),
    offer("stand_ins", "end", LimitApprove, |row| is_unset(row, "ended_at")),
    offer("scenarios", "activate", ScenarioWrite, |row| state(row) == "draft"),
    offer("score_runs", "cancel", ScoreRun, |row| state(row) == "running"),
    offer("scores", "replay", CreditRead, |_| true),
];

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn state(row: &Value) -> &str {
    text(row, "state")
}

fn is_pending(row: &Value) -> bool {
    matches!(state(row), "submitted" | "proposed" | "in_approval")
}

fn is_unset(row: &Value, field: &str) -> bool {
    row.get(field).is_none_or(Value::is_null)
}

/// Whether something with an `until` holds beyond today; of a legal entity near midnight it may be another day, as it is then told.
fn lasts(ctx: &Ctx, row: &Value) -> bool {
    is_unset(row, "until") || text(row, "until") > ctx.now.date_naive().to_string().as_str()
}

/// Adds `allowed_actions` to a row of a list whose objects can be acted on.
pub(crate) fn tell(ctx: &Ctx, resource: &str, row: &mut Value) {
    let mut offers = OFFERS.iter().filter(|o| o.resource == resource).peekable();
    if offers.peek().is_none() {
        return;
    }
    // What somebody asked for others approve, and nobody else hands in or takes back.
    let caller = UserId(ctx.principal.id).to_string();
    let own = text(row, "requested_by") == caller || text(row, "key_made_by") == caller;
    let whose = |o: &Offer| match (resource, o.action) {
        ("term_deviations", "end") => lasts(ctx, row) && (own || ctx.principal.may(LimitApprove)),
        ("limit_applications" | "term_deviations", action) => own == matches!(action, "submit" | "withdraw"),
        _ => true,
    };
    let allowed =
        offers.filter(|o| ctx.principal.may(o.permission) && whose(o) && (o.fits)(row)).map(|o| o.action);
    let allowed = allowed.collect::<Vec<_>>();
    if let Value::Object(fields) = row {
        fields.insert("allowed_actions".to_owned(), allowed.into());
    }
}
