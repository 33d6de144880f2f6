//! The figures of a back-test, gathered case by case.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Months};
use kernel::id::AccountId;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::judge::{BacktestVerdict, CannotJudge, Case, Judge};
use super::outcome::{Outcome, outcome};
use super::past::{Cut, PastItem, facts};
use super::ratings::{PastRating, set_external};
use crate::credit::facts::Fact;

/// Figures of one group of cases, in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Accounts and months.
    pub cases: u32,
    pub invoices: u32,
    pub turnover: Decimal,
    pub lost: Decimal,
    pub late: Decimal,
    pub amount_days_late: Decimal,
    /// Cases with a loss, or with something more than 30 days late.
    pub bad_cases: u32,
}

impl Figures {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.cases += 1;
        self.invoices += outcome.invoices;
        self.turnover += outcome.turnover;
        self.lost += outcome.lost;
        self.late += outcome.late;
        self.amount_days_late += outcome.amount_days_late;
        self.bad_cases += u32::from(outcome.lost > Decimal::ZERO || outcome.late > Decimal::ZERO);
    }

    fn less(self, other: Self) -> Difference {
        Difference {
            cases: i64::from(self.cases) - i64::from(other.cases),
            turnover: self.turnover - other.turnover,
            lost: self.lost - other.lost,
            late: self.late - other.late,
            amount_days_late: self.amount_days_late - other.amount_days_late,
        }
    }
}

/// One rule less another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub cases: i64,
    pub turnover: Decimal,
    pub lost: Decimal,
    pub late: Decimal,
    pub amount_days_late: Decimal,
}

/// What a rule decided, with what came of it. Of refused cases the losses are what it would have saved, and the turnover what it would
/// have cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub accepted: Figures,
    pub reduced: Figures,
    pub refused: Figures,
    /// By reason.
    pub not_judged: BTreeMap<String, Figures>,
    /// Facts the rule reads that have no past, and did without.
    pub facts_missing: Vec<String>,
}

impl Decided {
    fn of(&mut self, verdict: BacktestVerdict) -> &mut Figures {
        match verdict {
            BacktestVerdict::Accept => &mut self.accepted,
            BacktestVerdict::Reduce => &mut self.reduced,
            BacktestVerdict::Refuse => &mut self.refused,
        }
    }
}

/// An account that a rule would not have let buy as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Concerned {
    pub account_id: AccountId,
    /// Over all months.
    pub refused: Figures,
    pub reduced: Figures,
}

/// The figures of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrencyReport {
    /// ISO 4217.
    pub currency: String,
    pub rule: Decided,
    /// The other rule, or what was really done.
    pub against: Decided,
    /// Of the cases that both could judge: what is refused by the rule less what is refused by the other, losses saved and turnover
    /// given up beyond it.
    pub difference: Difference,
    /// Cases that only the rule could judge, and that only the other could: they are in no difference.
    pub only_rule_judged: Figures,
    pub only_against_judged: Figures,
    /// Cases on which both say something, and not the same.
    pub disagreed: Figures,
    /// The largest by turnover.
    pub accounts: Vec<Concerned>,
    /// How many there are.
    pub accounts_count: u32,
    /// Accounts of the legal entity that had too many invoices to be looked at, in whatever currency.
    pub accounts_left_out: u32,
}

/// Accounts named in a report.
const NAMED_MAX: usize = 200;

#[derive(Debug, Default)]
struct Gathered {
    rule: Decided,
    against: Decided,
    disagreed: Figures,
    /// What each refused of the cases that both could judge.
    refused: [Figures; 2],
    only_judged: [Figures; 2],
    concerned: Vec<Concerned>,
    concerned_count: u32,
}

/// When to decide, and by what was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First days of months.
    pub from: Date,
    pub until: Date,
    /// By what is known now outcomes are told.
    pub today: Date,
    /// Only what was in the books at each decision.
    pub as_recorded: bool,
}

impl Span {
    /// First days of the months in which something is decided.
    pub fn cuts(&self) -> Vec<Date> {
        let first = self.from.with_day(1).unwrap_or(self.from);
        let month = |n| first.checked_add_months(Months::new(n)).filter(|day| *day < self.until);
        (0..1_200).map_while(month).collect()
    }

    fn cut(&self, on: Date) -> Cut {
        // Business days of all zones have begun by noon of the day before at the latest; an hour more or less decides nothing here.
        let midnight = on.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
        Cut { on, known_at: midnight.filter(|_| self.as_recorded) }
    }
}

/// Gathers a report from accounts, one after another.
#[derive(Debug)]
pub struct Backtest {
    span: Span,
    cuts: Vec<Date>,
    found: BTreeMap<Currency, Gathered>,
}

impl Backtest {
    pub fn new(span: Span) -> Self {
        Self { span, cuts: span.cuts(), found: BTreeMap::new() }
    }

    /// Adds everything that was decided about an account.
    pub fn add(
        &mut self,
        account: Uuid,
        (items, ratings): (&[PastItem], &[PastRating]),
        rule: &mut dyn Judge,
        against: &mut dyn Judge,
    ) {
        for currency in items.iter().map(|i| i.currency).collect::<BTreeSet<_>>() {
            let gathered = self.found.entry(currency).or_default();
            gathered.rule.facts_missing = rule.missing().to_vec();
            gathered.against.facts_missing = against.missing().to_vec();
            let mut concerned = Concerned {
                account_id: AccountId(account),
                refused: Figures::default(),
                reduced: Figures::default(),
            };
            for on in &self.cuts {
                let until = on.checked_add_months(Months::new(1)).unwrap_or(*on);
                let Some(outcome) = outcome(items, currency, (*on, until, self.span.today)) else { continue };
                let cut = self.span.cut(*on);
                let mut facts = facts(items, currency, cut);
                if let Some(facts) = &mut facts {
                    set_external(facts, ratings, cut);
                }
                let ask = |judge: &mut dyn Judge| match &facts {
                    _ if !outcome.not_known.is_zero() => Err(CannotJudge::OutcomeNotKnown),
                    None => Err(CannotJudge::NoHistory),
                    Some(facts) => {
                        let open = facts.get(Fact::ExposureOpen.as_str()).as_number().unwrap_or_default();
                        judge.judge(&Case { facts, currency, asked: open + outcome.turnover })
                    }
                };
                let (by_rule, by_other) = (ask(rule), ask(against));
                count(&mut gathered.rule, by_rule, &outcome);
                count(&mut gathered.against, by_other, &outcome);
                gathered.compare((by_rule, by_other), &outcome);
                match by_rule {
                    Ok(BacktestVerdict::Refuse) => concerned.refused.add(&outcome),
                    Ok(BacktestVerdict::Reduce) => concerned.reduced.add(&outcome),
                    Ok(BacktestVerdict::Accept) | Err(_) => {}
                }
            }
            gathered.keep(concerned);
        }
    }

    /// `left_out` is how many accounts had too many invoices to be looked at.
    pub fn report(self, left_out: u32) -> Vec<CurrencyReport> {
        let of = |(currency, mut gathered): (Currency, Gathered)| {
            gathered.shorten();
            let [by_rule, by_other] = gathered.refused;
            let [only_rule_judged, only_against_judged] = gathered.only_judged;
            CurrencyReport {
                currency: currency.as_str().to_owned(),
                difference: by_rule.less(by_other),
                only_rule_judged,
                only_against_judged,
                rule: gathered.rule,
                against: gathered.against,
                disagreed: gathered.disagreed,
                accounts: gathered.concerned,
                accounts_count: gathered.concerned_count,
                accounts_left_out: left_out,
            }
        };
        self.found.into_iter().map(of).collect()
    }
}

fn count(decided: &mut Decided, verdict: Judged, outcome: &Outcome) {
    match verdict {
        Ok(verdict) => decided.of(verdict).add(outcome),
        Err(why) => decided.not_judged.entry(why.as_str().to_owned()).or_default().add(outcome),
    }
}

type Judged = Result<BacktestVerdict, CannotJudge>;

impl Gathered {
    fn compare(&mut self, judged: (Judged, Judged), outcome: &Outcome) {
        let [only_rule, only_other] = &mut self.only_judged;
        let [by_rule, by_other] = &mut self.refused;
        match judged {
            (Ok(one), Ok(other)) => {
                if one == BacktestVerdict::Refuse {
                    by_rule.add(outcome);
                }
                if other == BacktestVerdict::Refuse {
                    by_other.add(outcome);
                }
                if one != other {
                    self.disagreed.add(outcome);
                }
            }
            (Ok(_), Err(_)) => only_rule.add(outcome),
            (Err(_), Ok(_)) => only_other.add(outcome),
            (Err(_), Err(_)) => {}
        }
    }

    fn keep(&mut self, concerned: Concerned) {
        if concerned.refused.cases + concerned.reduced.cases == 0 {
            return;
        }
        self.concerned_count += 1;
        self.concerned.push(concerned);
        if self.concerned.len() >= 2 * NAMED_MAX {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let turnover = |c: &Concerned| c.refused.turnover + c.reduced.turnover;
        self.concerned
            .sort_by(|a, b| turnover(b).cmp(&turnover(a)).then(a.account_id.0.cmp(&b.account_id.0)));
        self.concerned.truncate(NAMED_MAX);
    }
}
