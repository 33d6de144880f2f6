//! A random company that duns a random group day by day: late payers, missed runs, lost and slow messages, closures.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use kernel::calendar::{BusinessCalendar, SATURDAY_SUNDAY};
use kernel::{Date, Decimal};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::dunning::compiled::CompiledScenario;
use crate::dunning::decide::Decider;
use crate::dunning::decision::{Act, Decision};
use crate::dunning::facts::FactSchema;
use crate::dunning::fixture::*;
use crate::dunning::group::{GroupFacts, LastStep, OpenContact, StepNo};
use crate::dunning::scenario::Scenario;
use crate::dunning::validate::validate;
use crate::rules::finding::Severity;

pub(super) const DAYS: u64 = 110;

/// What happens to a message once it was decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fate {
    /// Days until its outcome is known.
    after: u64,
    sent: bool,
}

impl Fate {
    /// The same, with a send in the end.
    pub(super) fn sent(self) -> Self {
        Self { sent: true, ..self }
    }
}

/// Everything that is left to chance.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) ladder: Value,
    /// Due day and cents; negative cents are credits.
    pub(super) items: Vec<(u64, i64)>,
    /// Day, item and percentage of its open amount that is paid.
    pub(super) payments: Vec<(u64, usize, u32)>,
    pub(super) runs: Vec<bool>,
    pub(super) closed: BTreeSet<u64>,
    pub(super) fates: Vec<Fate>,
}

/// A decision with the facts it was taken on.
pub(super) struct Taken {
    pub(super) facts: GroupFacts,
    pub(super) decision: Decision,
    /// Steps proven sent before, by item.
    pub(super) proven: Vec<BTreeSet<StepNo>>,
}

/// What a simulation left behind.
pub(super) struct Trace {
    pub(super) scenario: CompiledScenario,
    pub(super) calendar: BusinessCalendar,
    pub(super) taken: Vec<Taken>,
    /// Day of each real send, with what was sent.
    pub(super) sends: Vec<(Date, Act)>,
}

pub(super) fn date(number: u64) -> Date {
    day("2026-01-01") + Days::new(number)
}

/// Runs a plan, deciding on the days it runs.
pub(super) fn simulate(plan: &Plan) -> Trace {
    let scenario = scenario(|d| {
        for (key, value) in plan.ladder.as_object().unwrap() {
            d[key] = value.clone();
        }
    });
    let holidays = plan.closed.iter().map(|n| (date(*n), "closed".to_owned())).collect::<BTreeMap<_, _>>();
    let calendar = BusinessCalendar::try_new("closed", SATURDAY_SUNDAY, holidays).unwrap();
    let mut company = Company::new(plan);
    for number in 0..DAYS {
        company.pay(plan, number);
        company.resolve(date(number));
        if plan.runs[usize::try_from(number).unwrap()] {
            let decision = Decider::new(&scenario, &calendar, date(number)).decide(&company.facts);
            company.take(plan, decision, number);
        }
    }
    Trace { scenario, calendar, taken: company.taken, sends: company.sends }
}

struct Company {
    facts: GroupFacts,
    proven: Vec<BTreeSet<StepNo>>,
    on_its_way: Option<(Date, bool, Act)>,
    taken: Vec<Taken>,
    sends: Vec<(Date, Act)>,
}

impl Company {
    fn new(plan: &Plan) -> Self {
        let items = plan.items.iter().enumerate().map(|(n, (due, cents))| {
            let number = u128::try_from(n).unwrap() + 1;
            item(number, &date(*due).to_string(), &Decimal::new(*cents, 2).to_string())
        });
        let proven = vec![BTreeSet::new(); plan.items.len()];
        Self { facts: group(items.collect()), proven, on_its_way: None, taken: Vec::new(), sends: Vec::new() }
    }

    fn pay(&mut self, plan: &Plan, number: u64) {
        for (_, item, percent) in plan.payments.iter().filter(|(on, _, _)| *on == number) {
            let count = self.facts.items.len();
            let item = &mut self.facts.items[item % count];
            let paid = (item.open * Decimal::from(*percent) / Decimal::ONE_HUNDRED).round_dp(2);
            item.open -= paid;
        }
    }

    /// The outcome of a message becomes known: only a proven send moves anything.
    fn resolve(&mut self, on: Date) {
        let Some((_, sent, act)) = self.on_its_way.take_if(|(known_on, _, _)| *known_on <= on) else {
            return;
        };
        self.facts.open_contact = None;
        if !sent {
            return;
        }
        self.facts.last_contact_on = Some(on);
        for line in act.items.iter().filter(|line| line.step.is_some()) {
            let place = self.facts.items.iter().position(|i| i.receivable_id == line.item).unwrap();
            let step = line.step.unwrap();
            self.facts.items[place].last_step = Some(LastStep { step, sent_on: on });
            self.proven[place].insert(step);
        }
        self.sends.push((on, act));
    }

    fn take(&mut self, plan: &Plan, decision: Decision, number: u64) {
        if let Some(act) = decision.act() {
            let fate = plan.fates[self.taken.len() % plan.fates.len()];
            self.on_its_way = Some((date(number + fate.after), fate.sent, act.clone()));
        }
        let acts = decision.act().is_some();
        self.taken.push(Taken { facts: self.facts.clone(), decision, proven: self.proven.clone() });
        if acts {
            self.facts.open_contact = Some(OpenContact::Unknown);
        }
    }
}

/// A random ladder that is sound: reminders before due, then ever later steps, some of them optional, some
/// counted from the step before.
fn ladder() -> impl Strategy<Value = Value> {
    let before = proptest::collection::btree_set(1_u16..12, 0..3);
    let after = proptest::collection::vec((1_u16..15, 0_u16..12, any::<bool>(), 0_u8..4), 1..5);
    let head = (1_u16..14, 0_u16..6, prop_oneof![Just("next"), Just("previous"), Just("none")]);
    (before, after, head).prop_map(|(before, after, (spacing, grace, shift))| {
        let mut steps = before.iter().rev().map(|days| when("before_due", *days)).collect::<Vec<_>>();
        let mut due = 0;
        let first = steps.len();
        for (number, (more, gap, optional, kind)) in after.into_iter().enumerate() {
            due += more;
            let mut step = when("after_due", due);
            if kind == 0 && number > 0 {
                step["when"] = json!({ "days_after_previous_step": more });
            }
            step["gap_days"] = json!(gap);
            step["optional"] = json!(optional && number > 0);
            if kind == 1 && optional {
                step["min_total"] = json!({ "EUR": "100.00" });
            }
            steps.push(step);
        }
        for (number, step) in steps.iter_mut().enumerate() {
            step["code"] = json!(format!("step_{number}"));
        }
        steps.truncate(first + 4);
        json!({ "steps": steps, "min_spacing_days": spacing, "grace_days": grace, "shift": shift })
    })
}

fn when(relation: &str, days: u16) -> Value {
    json!({
        "name": { "en": "Step", "es": "Paso" }, "when": { "days": days, "relation": relation },
        "channel": "email", "template": "t", "mode": "automatic", "contact_purpose": "dunning",
    })
}

fn is_sound(ladder: &Value) -> bool {
    let mut document = Scenario::default_document().unwrap();
    for (key, value) in ladder.as_object().unwrap() {
        document[key] = value.clone();
    }
    let findings = validate(&Scenario::parse(&document).unwrap(), &FactSchema::default(), None);
    findings.iter().all(|finding| finding.severity == Severity::Warning)
}

pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let items =
        proptest::collection::vec((0_u64..80, prop_oneof![8 => 1_i64..90_000, 1 => -20_000_i64..-1]), 1..7);
    let payments = proptest::collection::vec((0..DAYS, 0_usize..7, 1_u32..=100), 0..10);
    let runs = proptest::collection::vec(prop::bool::weighted(0.8), usize::try_from(DAYS).unwrap());
    let closed = proptest::collection::btree_set(0..DAYS, 0..20);
    let fates = proptest::collection::vec(
        (0_u64..5, prop::bool::weighted(0.85)).prop_map(|(after, sent)| Fate { after, sent }),
        1..6,
    );
    (ladder().prop_filter("a sound ladder", is_sound), items, payments, runs, closed, fates).prop_map(
        |(ladder, items, payments, runs, closed, fates)| Plan {
            ladder,
            items,
            payments,
            runs,
            closed,
            fates,
        },
    )
}
