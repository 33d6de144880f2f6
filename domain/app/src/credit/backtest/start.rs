//! Starting a back-test.

use chrono::Datelike as _;
use domain::access::Permission;
use domain::credit::backtest::report::Span;
use domain::credit::facts::CreditSchema;
use kernel::id::LegalEntityId;
use kernel::time::parse_date;
use kernel::{Date, Error, Outcome, text_enum};
use serde_json::{Value, json};

use super::rules::ready;
use super::store::{BacktestRecord, Knowledge, TriedRule};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::learning::codes;
use crate::credit::learning::store::{NewWork, WorkKind, WorkState};
use crate::credit::learning::train::entity_in_scope;
use crate::ctx::Ctx;
use crate::dunning::run::today;
use crate::events::NewEvent;

/// Months that are tried at once.
const MONTHS_MAX: usize = 120;

/// What to try on which past.
#[derive(Debug, Clone)]
pub struct StartBacktest {
    pub legal_entity: LegalEntityId,
    /// A day of the first month.
    pub from: String,
    /// A day of the month after the last; the present month when absent.
    pub until: Option<String>,
    /// `recorded` when absent.
    pub knowledge: Option<String>,
    pub rule: TriedRule,
    /// What was really done when absent.
    pub against: Option<TriedRule>,
}

/// Starts trying a rule on the past.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `date.invalid`, `value.unknown`, `backtest.dates_invalid`,
/// `backtest.conditions_invalid` with every error, `rule.version_unknown`.
pub fn start_backtest(app: &App, ctx: &Ctx, cmd: &StartBacktest) -> Outcome<Answer<BacktestRecord>> {
    ctx.require(Permission::ModelTrain)?;
    let knowledge = match &cmd.knowledge {
        None => Knowledge::Recorded,
        Some(text) => text_enum::parse("knowledge", text)?,
    };
    let from_on = month(parse_date("from", &cmd.from)?);
    let until = cmd.until.as_deref().map(|text| parse_date("until", text)).transpose()?;
    command::run(app, ctx, "credit.start_backtest", |tx| {
        let entity = entity_in_scope(ctx, tx, cmd.legal_entity.0)?;
        let schema = CreditSchema::new(tx.declared_attributes()?);
        ready(tx, &cmd.rule, &schema)?;
        cmd.against.as_ref().map(|against| ready(tx, against, &schema)).transpose()?;
        let this_month = month(today(&entity, ctx.now)?);
        let until_on = until.map_or(this_month, month).min(this_month);
        let span = Span { from: from_on, until: until_on, today: this_month, as_recorded: false };
        if !(1..=MONTHS_MAX).contains(&span.cuts().len()) {
            let message = format!("{from_on} until {until_on} are {} months", span.cuts().len());
            return Err(Error::field("from", &codes::BACKTEST_DATES, message));
        }
        let backtest = BacktestRecord {
            id: app.ids.next(),
            legal_entity_id: entity.id,
            state: WorkState::Running,
            state_reason: None,
            knowledge,
            from_on,
            until_on,
            rule: cmd.rule.clone(),
            against: cmd.against.clone(),
            report: None,
            started_at: ctx.now,
            finished_at: None,
            job_id: app.ids.next(),
        };
        let after = json!({ "from": from_on, "until": until_on, "knowledge": knowledge, "rule": backtest.rule,
            "against": backtest.against });
        let event = tx.record(ctx, about("credit.backtest_started", &backtest).change(Value::Null, after))?;
        tx.insert_backtest(&backtest, event)?;
        let work =
            NewWork { job: backtest.job_id, kind: WorkKind::Backtest, subject: backtest.id, at: ctx.now };
        tx.insert_work(work, event)?;
        Ok(backtest)
    })
}

pub(super) fn month(day: Date) -> Date {
    day.with_day(1).unwrap_or(day)
}

pub(super) fn about(kind: &'static str, backtest: &BacktestRecord) -> NewEvent {
    NewEvent::about(kind, "backtest", backtest.id).legal_entity(backtest.legal_entity_id)
}
