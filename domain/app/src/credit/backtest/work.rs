//! The worker's side of back-tests.

use std::collections::BTreeMap;

use domain::credit::backtest::judge::{AsItWas, Judge};
use domain::credit::backtest::past::{Earlier, PastEntry, PastItem, Terms};
use domain::credit::backtest::ratings::PastRating;
use domain::credit::backtest::report::{Backtest, Span};
use domain::credit::facts::CreditSchema;
use kernel::{Currency, Error, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rules::ready;
use super::start::about;
use super::store::{BacktestRecord, Knowledge, PastItemRow, PastRatingRow};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::credit::learning::pages::Pages;
use crate::credit::learning::store::{ClaimedWork, WorkState};
use crate::credit::learning::train::to_json;
use crate::credit::learning::work::touch;
use crate::ctx::Ctx;
use crate::dunning::run::today;
use crate::dunning::store::JobEnd;
use crate::store::WriteTx;

struct Loaded {
    record: BacktestRecord,
    span: Span,
    rule: Box<dyn Judge>,
    other: Box<dyn Judge>,
}

/// Reads the past account by account and stores the report. Nothing is written before the end, so that a worker that dies leaves
/// nothing behind and another one begins anew.
pub(crate) fn carry_out(app: &App, work: ClaimedWork, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let Loaded { record, span, mut rule, mut other } = load(app, work)?;
    if record.state != WorkState::Running {
        finish(app, work, &Value::Null)?;
        return Ok(true);
    }
    let sizes =
        app.store.view("credit.account_sizes", |tx| tx.account_sizes(record.legal_entity_id, None))?;
    let (mut backtest, mut pages, mut done) = (Backtest::new(span), Pages::new(sizes), 0_i64);
    for page in pages.by_ref() {
        if stopping() {
            return Ok(false);
        }
        let (rows, ratings) = app
            .store
            .view("credit.past_items", |tx| Ok((tx.past_items(&page.kept)?, tx.past_ratings(&page.kept)?)))?;
        let ratings = ratings_by_account(ratings);
        for (account, items) in by_account(rows)? {
            let ratings = ratings.get(&account).map(Vec::as_slice).unwrap_or_default();
            backtest.add(account, (&items, ratings), rule.as_mut(), other.as_mut());
        }
        done = done.saturating_add(i64::try_from(page.accounts.len()).unwrap_or_default());
        touch(app, work, done)?;
    }
    finish(app, work, &to_json(&backtest.report(pages.left_out()))?)?;
    Ok(true)
}

fn load(app: &App, work: ClaimedWork) -> Outcome<Loaded> {
    let now = app.clock.now();
    app.store.view("credit.backtest", |tx| {
        let gone = |what: &str| Error::new(&INTERNAL).caused_by(format!("the back-test's {what} is gone"));
        let record = tx.backtest(work.subject)?.ok_or_else(|| gone("row"))?;
        let entity = tx.run_entity(record.legal_entity_id)?.ok_or_else(|| gone("legal entity"))?;
        let span = Span {
            from: record.from_on,
            until: record.until_on,
            today: today(&entity, now)?,
            as_recorded: record.knowledge == Knowledge::Recorded,
        };
        let schema = CreditSchema::new(tx.declared_attributes()?);
        let rule = ready(tx, &record.rule, &schema)?;
        let other: Box<dyn Judge> = match &record.against {
            Some(against) => ready(tx, against, &schema)?,
            None => Box::new(AsItWas),
        };
        Ok(Loaded { record, span, rule, other })
    })
}

/// Invoices as rules see their past, by account.
///
/// # Errors
/// `currency.unknown`.
pub fn by_account(rows: Vec<PastItemRow>) -> Outcome<BTreeMap<Uuid, Vec<PastItem>>> {
    let mut found = BTreeMap::<Uuid, Vec<PastItem>>::new();
    for row in rows {
        found.entry(row.account_id).or_default().push(past_item(row)?);
    }
    Ok(found)
}

fn ratings_by_account(rows: Vec<PastRatingRow>) -> BTreeMap<Uuid, Vec<PastRating>> {
    let mut found = BTreeMap::<Uuid, Vec<PastRating>>::new();
    for row in rows {
        found.entry(row.account_id).or_default().push(PastRating {
            provider: row.provider_code,
            grade: row.grade,
            position: row.position,
            probability: row.probability,
            rated_on: row.rated_on,
            valid_until: row.valid_until,
            downgrade: row.downgrade,
            recorded_at: row.recorded_at,
        });
    }
    found
}

fn past_item(row: PastItemRow) -> Outcome<PastItem> {
    let mut agreed_on = None;
    let earlier = row.earlier.iter().map(|v| {
        let extended = v.agreed_due_on.map(|due| (due, agreed_on.unwrap_or(v.issue_on)));
        agreed_on = agreed_on.max(v.extended_on);
        let terms = Terms { issue_on: v.issue_on, due_on: v.due_on, extended, amount: v.amount };
        Earlier { until: v.recorded_to, terms }
    });
    let earlier = earlier.collect();
    let entries = row.entries.into_iter().map(|e| PastEntry {
        kind: e.kind,
        amount: e.amount,
        effective_on: e.effective_on,
        recorded_at: e.recorded_at,
    });
    Ok(PastItem {
        id: row.id,
        currency: Currency::parse("currency", &row.currency)?,
        terms: Terms {
            issue_on: row.issue_on,
            due_on: row.due_on,
            extended: row.agreed_due_on.map(|due| (due, agreed_on.unwrap_or(row.issue_on))),
            amount: row.amount,
        },
        earlier,
        recorded_at: row.earlier.first().map_or(row.recorded_at, |first| first.recorded_from),
        entries: entries.collect(),
    })
}

fn finish(app: &App, work: ClaimedWork, report: &Value) -> Outcome<()> {
    let now = app.clock.now();
    app.store.transact("credit.finish_backtest", |tx| {
        let mut record = tx.backtest_for_update(work.subject)?;
        if record.state == WorkState::Running {
            (record.state, record.finished_at) = (WorkState::Finished, Some(now));
            record.report = Some(report.clone());
            let currencies = report.as_array().map_or(0, Vec::len);
            let event = about("credit.backtest_finished", &record)
                .change(Value::Null, json!({ "currencies": currencies }));
            let event = tx.record(&system_ctx("learning", now), event)?;
            tx.save_backtest(&record, event)?;
        }
        tx.end_run_job(work.job, &JobEnd::Finished, now)
    })
}

pub(crate) fn give_up(tx: &mut dyn WriteTx, ctx: &Ctx, id: Uuid, code: &'static str) -> Outcome<()> {
    let mut record = tx.backtest_for_update(id)?;
    if record.state != WorkState::Running {
        return Ok(());
    }
    (record.state, record.state_reason) = (WorkState::Failed, Some(code.to_owned()));
    record.finished_at = Some(ctx.now);
    let event = tx
        .record(ctx, about("credit.backtest_failed", &record).change(Value::Null, json!({ "code": code })))?;
    tx.save_backtest(&record, event)
}
