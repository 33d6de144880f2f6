//! What is wrong with a decision table: cells, gaps, contradictions, rows that no case reaches.

use std::collections::BTreeSet;

use super::coverage::{Region, common, describe, everything, is_empty, region_of, remaining};
use super::{GrantDecision, HitPolicy, LimitTable, SCHEMA, TableRow, Then, codes};
use crate::credit::facts::CreditSchema;
use crate::rules::check::{Want, check, check_cell};
use crate::rules::codes as shared;
use crate::rules::facts::ValueType;
use crate::rules::finding::{Finding, Findings};

const ROWS_MAX: usize = 200;
const INPUTS_MAX: usize = 12;
const MONTHS_MAX: u8 = 60;

pub(super) fn validate(table: &LimitTable, schema: &CreditSchema) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.schema(table.schema, SCHEMA);
    findings.code("code", &table.code);
    findings.name("name", &table.name);
    for (path, count, most) in
        [("rows", table.rows.len(), ROWS_MAX), ("inputs", table.inputs.len(), INPUTS_MAX)]
    {
        if count > most {
            findings.error(path, &shared::TOO_MANY, format!("{count}, at most {most} are accepted"));
            return findings.into_vec();
        }
    }
    let columns = columns(table, schema, &mut findings);
    let mut seen = BTreeSet::new();
    for (place, row) in table.rows.iter().enumerate() {
        let path = format!("rows[{place}]");
        findings.code(&format!("{path}.code"), &row.code);
        if !seen.insert(row.code.as_str()) {
            let message = format!("{:?} stands before", row.code);
            findings.error(format!("{path}.code"), &shared::DUPLICATE_CODE, message);
        }
        cells(&path, row, (&columns, schema), &mut findings);
        then(&format!("{path}.then"), &row.then, schema, &mut findings);
    }
    if let Some(otherwise) = &table.otherwise {
        then("otherwise", otherwise, schema, &mut findings);
    }
    let mut found = findings.into_vec();
    // Of a table that cannot be read nothing else is known.
    if found.iter().all(|f| f.severity != crate::rules::finding::Severity::Error) {
        found.extend(cases(table, &columns));
    }
    found
}

fn columns(table: &LimitTable, schema: &CreditSchema, findings: &mut Findings) -> Vec<ValueType> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (place, input) in table.inputs.iter().enumerate() {
        match schema.type_of(input).filter(|_| seen.insert(input.as_str())) {
            Some(column) => columns.push(column),
            None => findings.error(
                format!("inputs[{place}]"),
                &codes::INPUT_UNKNOWN,
                format!("{input:?} is not a fact, or stands before"),
            ),
        }
    }
    if table.inputs.is_empty() {
        findings.error("inputs", &codes::INPUT_UNKNOWN, "there is no column");
    }
    columns
}

fn cells(
    path: &str,
    row: &TableRow,
    (columns, schema): (&[ValueType], &CreditSchema),
    findings: &mut Findings,
) {
    if row.when.len() != columns.len() {
        let message = format!("{} cells for {} columns", row.when.len(), columns.len());
        findings.error(format!("{path}.when"), &codes::CELL_COUNT, message);
        return;
    }
    for (place, (cell, column)) in row.when.iter().zip(columns).enumerate() {
        findings.expression(&format!("{path}.when[{place}]"), check_cell(cell, column, schema));
    }
}

fn then(path: &str, then: &Then, schema: &CreditSchema, findings: &mut Findings) {
    let wants = matches!(then.decision, GrantDecision::Approve | GrantDecision::Reduce);
    let may = wants || then.decision == GrantDecision::Refer;
    match &then.amount {
        None if wants => {
            findings.error(path, &codes::AMOUNT_MISSING, format!("{} of how much?", then.decision));
        }
        Some(_) if !may => {
            findings.error(path, &codes::AMOUNT_MISSING, format!("{} has no amount", then.decision));
        }
        Some(amount) => findings.expression(&format!("{path}.amount"), check(amount, schema, Want::Number)),
        None => {}
    }
    if then.valid_months.is_some_and(|months| months == 0 || months > MONTHS_MAX) {
        findings.error(format!("{path}.valid_months"), &codes::MONTHS_RANGE, format!("1 to {MONTHS_MAX}"));
    }
    for (place, reason) in then.reasons.iter().enumerate() {
        findings.code(&format!("{path}.reasons[{place}]"), reason);
    }
}

/// Gaps, contradictions and rows that no case reaches, each with the cases it is about.
fn cases(table: &LimitTable, columns: &[ValueType]) -> Vec<Finding> {
    let regions = table.rows.iter().map(|row| region_of(&row.when, columns)).collect::<Vec<_>>();
    let mut findings = Findings::default();
    never_met(table, &regions, &mut findings);
    contradictions(table, &regions, &mut findings);
    if table.otherwise.is_none() {
        match remaining(vec![everything(columns)], regions.iter().flatten()) {
            None => findings.warning("rows", &codes::NOT_EXAMINED, format!("{} rows", table.rows.len())),
            Some(left) => {
                if let Some(gap) = left.first() {
                    let message = format!("no row fits {}", describe(gap, &table.inputs));
                    findings.warning("rows", &codes::GAP, message);
                }
            }
        }
    }
    findings.into_vec()
}

fn never_met(table: &LimitTable, regions: &[Option<Region>], findings: &mut Findings) {
    for (place, region) in regions.iter().enumerate() {
        let Some(region) = region else { continue };
        if is_empty(region) {
            findings.warning(format!("rows[{place}]"), &codes::ROW_NEVER, "its cells admit no value");
            continue;
        }
        let before = regions.iter().take(place).flatten();
        let hidden = table.hit_policy == HitPolicy::First
            && remaining(vec![region.clone()], before).is_some_and(|left| left.is_empty());
        if hidden {
            let message = format!("rows before it take {}", describe(region, &table.inputs));
            findings.warning(format!("rows[{place}]"), &codes::ROW_NEVER, message);
        }
    }
}

fn contradictions(table: &LimitTable, regions: &[Option<Region>], findings: &mut Findings) {
    let rows = table.rows.iter().zip(regions).enumerate();
    let compares = matches!(table.hit_policy, HitPolicy::Unique | HitPolicy::Priority);
    for (place, (row, region)) in rows {
        if compares && region.is_none() {
            let message = "it cannot be compared with the other rows";
            findings.warning(format!("rows[{place}]"), &codes::NOT_EXAMINED, message);
        }
        for (earlier, (other, before)) in table.rows.iter().zip(regions).take(place).enumerate() {
            let rivals = match table.hit_policy {
                HitPolicy::Unique => true,
                HitPolicy::Priority => row.priority == other.priority,
                HitPolicy::First | HitPolicy::CollectMin => false,
            };
            let both = region.as_ref().zip(before.as_ref()).and_then(|(a, b)| common(a, b));
            let Some(both) = both.filter(|_| rivals) else { continue };
            let message = format!("it and rows[{earlier}] both fit {}", describe(&both, &table.inputs));
            if row.then == other.then {
                findings.warning(format!("rows[{place}]"), &codes::CONTRADICTION, message);
            } else {
                findings.error(format!("rows[{place}]"), &codes::CONTRADICTION, message);
            }
        }
    }
}
