//! Whether the bins of a variable hold every value, and each once.

use std::collections::HashSet;

use super::{below, size, size_of};
use crate::credit::scoring::codes;
use crate::credit::scoring::numbers::Exact;
use crate::credit::scoring::scorecard::{Bin, Variable};
use crate::rules::facts::{FactType, ValueType};
use crate::rules::finding::Findings;

pub(super) fn check(path: &str, variable: &Variable, gives: &ValueType, findings: &mut Findings) {
    for (index, bin) in variable.bins.iter().enumerate() {
        size(&format!("{path}[{index}].points"), bin.points, findings);
        size_of(&format!("{path}[{index}].from"), bin.from, findings);
        size_of(&format!("{path}[{index}].to"), bin.to, findings);
    }
    match gives.of {
        FactType::Number => intervals(path, &variable.bins, findings),
        FactType::Text => texts(path, &variable.bins, &gives.values, findings),
        FactType::Bool => texts(path, &variable.bins, &["true".to_owned(), "false".to_owned()], findings),
    }
}

/// Each begins where the one before ends, the first at minus infinity and the last at infinity.
fn intervals(path: &str, bins: &[Bin], findings: &mut Findings) {
    let mut whole = true;
    for (index, bin) in bins.iter().enumerate() {
        if !bin.is_interval() {
            whole = false;
            let message = "numbers are held by from and to, not by values";
            findings.error(format!("{path}[{index}]"), &codes::BINS_KIND, message);
        }
        if let (Some(from), Some(to)) = (bin.from, bin.to) {
            below(&format!("{path}[{index}].from"), from, to, findings);
        }
    }
    if !whole {
        return;
    }
    let mut end: Option<Exact> = None;
    let last = bins.len().saturating_sub(1);
    for (index, bin) in bins.iter().enumerate() {
        let place = format!("{path}[{index}]");
        match (index == 0, bin.from, end) {
            (true, Some(from), _) => {
                findings.error(place.clone(), &codes::BINS_GAP, format!("no bin holds what is below {from}"));
            }
            (false, Some(from), Some(end)) if from > end => {
                findings.error(
                    place.clone(),
                    &codes::BINS_GAP,
                    format!("no bin holds what is between {end} and {from}"),
                );
            }
            (false, Some(from), Some(end)) if from < end => {
                let message = format!("it begins at {from}, the one before ends at {end}");
                findings.error(place.clone(), &codes::BINS_OVERLAP, message);
            }
            (false, None, _) | (false, _, None) => {
                findings.error(place.clone(), &codes::BINS_OVERLAP, "it is open towards the bin before");
            }
            (true, None, _) | (false, Some(_), Some(_)) => {}
        }
        if let Some(to) = bin.to.filter(|_| index == last) {
            findings.error(place, &codes::BINS_GAP, format!("no bin holds what is above {to}"));
        }
        end = bin.to;
    }
}

fn texts(path: &str, bins: &[Bin], known: &[String], findings: &mut Findings) {
    let mut seen = HashSet::new();
    let mut others = 0;
    for (index, bin) in bins.iter().enumerate() {
        let place = format!("{path}[{index}]");
        others += u32::from(bin.otherwise);
        if bin.from.is_some() || bin.to.is_some() || bin.otherwise != bin.values.is_empty() {
            let message = "texts are held by values, or by otherwise for all that no bin names";
            findings.error(place, &codes::BINS_KIND, message);
            continue;
        }
        for value in &bin.values {
            if !seen.insert(value.as_str()) {
                findings.error(place.clone(), &codes::BINS_OVERLAP, format!("{value:?} is in two bins"));
            }
            if !known.is_empty() && !known.contains(value) {
                findings.error(place.clone(), &codes::BINS_KIND, format!("it is never {value:?}"));
            }
        }
    }
    if others > 1 {
        findings.error(path, &codes::BINS_OVERLAP, "only one bin takes what no other names");
    }
    if others == 0 {
        let left = known.iter().filter(|value| !seen.contains(value.as_str())).cloned().collect::<Vec<_>>();
        if known.is_empty() {
            findings.error(path, &codes::BINS_GAP, "no bin takes what is not named; add one with otherwise");
        } else if !left.is_empty() {
            findings.error(path, &codes::BINS_GAP, format!("no bin holds {}", left.join(", ")));
        }
    }
}
