//! How many groups one core decides per second: `cargo run --release -p domain --example dunning_decisions`.
//!
//! 100,000 groups of 10 items with mixed ages, histories and credits; once with the default scenario, once with one
//! whose every step has a condition. Loading and storing are not part of it.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::time::Instant;

use chrono::Days;
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::counterfactual::Counterfactual;
use domain::dunning::decide::Decider;
use domain::dunning::decision::Outcome;
use domain::dunning::digest::{RunDigest, RunKey};
use domain::dunning::facts::FactSchema;
use domain::dunning::group::{Flags, GroupFacts, ItemFacts, LastStep, Profile, StepNo};
use domain::dunning::scenario::Scenario;
use domain::receivables::kinds::ReceivableKind;
use kernel::calendar::{BusinessCalendar, HolidaySet};
use kernel::id::{AccountId, ReceivableId};
use kernel::{Currency, Date, Decimal, Outcome as Fallible};
use serde_json::json;
use uuid::Uuid;

const GROUPS: u64 = 100_000;
const ITEMS: u64 = 10;

fn main() -> Fallible<()> {
    let today = kernel::time::parse_date("today", "2026-05-04")?;
    let calendar = BusinessCalendar::of_sets("es", &[HolidaySet::Spain], 2025..=2027)?;
    let groups = (0..GROUPS).map(|number| group(number, today)).collect::<Vec<_>>();
    let plain = Scenario::parse(&Scenario::default_document()?)?;
    let mut conditional = plain.clone();
    for step in &mut conditional.steps {
        step.condition = Some("item.kind != 'fee' and group.total_overdue > 1".to_owned());
    }
    for (name, scenario) in [("default scenario", plain), ("condition on every step", conditional)] {
        measure(
            name,
            &CompiledScenario::compile(&scenario, 1, &FactSchema::default())?,
            &calendar,
            &groups,
            today,
        );
    }
    Ok(())
}

fn measure(
    name: &str,
    scenario: &CompiledScenario,
    calendar: &BusinessCalendar,
    groups: &[GroupFacts],
    today: Date,
) {
    let mut decider = Decider::new(scenario, calendar, today);
    let started = Instant::now();
    let decisions = groups.iter().map(|group| decider.decide(group)).collect::<Vec<_>>();
    report(&format!("{name}: decide"), groups.len(), started);

    let counts = decisions.iter().fold([0_u32; 3], |[act, hold, nothing], d| match d.outcome {
        Outcome::Act(_) => [act + 1, hold, nothing],
        Outcome::Hold => [act, hold + 1, nothing],
        Outcome::Nothing => [act, hold, nothing + 1],
    });
    println!("  act {}, hold {}, nothing {}", counts[0], counts[1], counts[2]);

    let started = Instant::now();
    let stored = groups.iter().zip(&decisions).filter(|(_, d)| !matches!(d.outcome, Outcome::Nothing));
    let found = stored.map(|(group, decision)| decider.counterfactual(group, decision)).collect::<Vec<_>>();
    report(&format!("{name}: counterfactual of acts and holds"), found.len(), started);
    let single = found.iter().filter(|c| matches!(c, Counterfactual::Single { .. })).count();
    println!("  single change found for {single}");

    let started = Instant::now();
    let mut digest = RunDigest::default();
    for decision in &decisions {
        digest.add(decision);
    }
    let key = RunKey { business_on: today, seed: 0, scenarios: vec![(scenario.code().to_owned(), 1)] };
    let hash = digest.finish(&key).iter().map(u8::to_string).collect::<Vec<_>>().join(".");
    report(&format!("{name}: digest"), decisions.len(), started);
    println!("  {}", json!({ "digest": hash }));
}

fn report(what: &str, count: usize, started: Instant) {
    let micros = started.elapsed().as_micros().max(1);
    let count = u128::try_from(count).unwrap_or_default();
    println!("{what}: {} per second ({count} in {} ms)", count * 1_000_000 / micros, micros / 1_000);
}

fn group(number: u64, today: Date) -> GroupFacts {
    let account_id = AccountId(Uuid::from_u128(u128::from(number) + 1));
    let mut lots = Lots(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    GroupFacts {
        item_attributes: std::collections::HashMap::new(),
        account_id,
        currency: Currency::EUR,
        items: (0..ITEMS).map(|n| item(account_id, number * ITEMS + n, &mut lots, today)).collect(),
        last_contact_on: (lots.draw(3) == 0).then(|| before(today, lots.draw(40))),
        open_contact: None,
        block: None,
        flags: Flags::default(),
        stale: None,
        profile: Profile::default(),
    }
}

fn item(account_id: AccountId, number: u64, lots: &mut Lots, today: Date) -> ItemFacts {
    // Due from ninety days ago to sixty days ahead; one in twenty is a credit.
    let due_on = before(today + Days::new(60), lots.draw(150));
    let cents = i64::try_from(lots.draw(500_000) + 100).unwrap_or(100);
    let credit = lots.draw(20) == 0;
    let open = Decimal::new(if credit { -cents } else { cents }, 2);
    let last_step = StepNo::new(u16::try_from(lots.draw(4)).unwrap_or(0))
        .filter(|_| due_on < today)
        .map(|step| LastStep { step, sent_on: before(today, lots.draw(30)) });
    ItemFacts {
        account_id,
        receivable_id: ReceivableId(Uuid::from_u128(u128::from(number) + 1)),
        kind: if credit { ReceivableKind::CreditNote } else { ReceivableKind::Invoice },
        open,
        original: open,
        issue_on: before(due_on, 30),
        due_on,
        expected_pay_on: None,
        last_step,
        covered: if lots.draw(30) == 0 { open.abs() } else { Decimal::ZERO },
        disputed: lots.draw(30) == 0,
        block: None,
    }
}

fn before(on: Date, days: u64) -> Date {
    on.checked_sub_days(Days::new(days)).unwrap_or(on)
}

/// A small repeatable generator: the example must give the same groups every time.
struct Lots(u64);

impl Lots {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}
