//! What is wrong with a scorecard, all of it at once, with paths a front end can point at.

mod bins;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use kernel::Decimal;

use super::codes;
use super::numbers::Exact;
use super::scorecard::{Class, Method, Missing, SCHEMA, Scorecard, Variable};
use crate::rules::check::{Want, check};
use crate::rules::codes as rule_codes;
use crate::rules::facts::{FactType, ValueType};
use crate::rules::finding::{Finding, Findings};
use crate::rules::schema::Schema;

/// Variables, classes, knock-outs and bins of one variable.
pub const PARTS_MAX: usize = 50;
/// Largest number anywhere.
pub const NUMBER_MAX: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// Digits after the decimal point of any number.
pub const DECIMALS_MAX: u32 = 4;
const CLASS_CHARS_MAX: usize = 10;

/// Everything that is wrong with a scorecard, in the order of the document.
pub fn validate(card: &Scorecard, schema: &dyn Schema) -> Vec<Finding> {
    let mut findings = Findings::default();
    head(card, &mut findings);
    let mut seen = HashSet::new();
    for (index, variable) in card.variables.iter().take(PARTS_MAX).enumerate() {
        let path = format!("variables[{index}]");
        findings.code(&format!("{path}.code"), &variable.code);
        findings.name(&format!("{path}.name"), &variable.name);
        unique(&mut seen, &format!("{path}.code"), &variable.code, &mut findings);
        check_variable(&path, variable, schema, &mut findings);
    }
    classes(card, &mut findings);
    knock_outs(card, schema, &mut findings);
    findings.into_vec()
}

fn head(card: &Scorecard, findings: &mut Findings) {
    findings.schema(card.schema, SCHEMA);
    findings.code("code", &card.code);
    findings.name("name", &card.name);
    let scale = [Some(card.scale.offset), Some(card.scale.factor), card.scale.min, card.scale.max];
    for (name, number) in ["offset", "factor", "min", "max"].into_iter().zip(scale) {
        size_of(&format!("scale.{name}"), number, findings);
    }
    if card.scale.factor.0 <= Decimal::ZERO {
        findings.error(
            "scale.factor",
            &codes::SCALE_FACTOR,
            format!("{} is not positive", card.scale.factor),
        );
    }
    if let (Some(min), Some(max)) = (card.scale.min, card.scale.max) {
        below("scale.min", min, max, findings);
    }
    if card.known_percent_min > 100 {
        let message = format!("{} % is more than all", card.known_percent_min);
        findings.error("known_percent_min", &codes::NUMBER_TOO_LARGE, message);
    }
    if card.variables.is_empty() {
        findings.error("variables", &codes::VARIABLES_MISSING, "the scorecard has no variables");
    }
    let parts = [
        ("variables", card.variables.len()),
        ("classes", card.classes.len()),
        ("knock_outs", card.knock_outs.len()),
    ];
    for (path, count) in parts {
        too_many(path, count, findings);
    }
}

fn check_variable(path: &str, variable: &Variable, schema: &dyn Schema, findings: &mut Findings) {
    size(&format!("{path}.weight"), variable.weight, findings);
    if variable.weight.0 <= Decimal::ZERO {
        let message = format!("{} is not positive", variable.weight);
        findings.error(format!("{path}.weight"), &codes::WEIGHT_ZERO, message);
    }
    if let Missing::Points { points } = variable.missing {
        size(&format!("{path}.missing.points"), points, findings);
    }
    let (source, place) = match (&variable.fact, &variable.formula) {
        (Some(fact), None) => (fact, "fact"),
        (None, Some(formula)) => (formula, "formula"),
        (None, None) | (Some(_), Some(_)) => {
            findings.error(path, &codes::SOURCE_MISSING, "either a fact or a formula is needed");
            return;
        }
    };
    let place = format!("{path}.{place}");
    if variable.fact.is_some() && !schema.knows(&source.split('.').collect::<Vec<_>>()) {
        findings.error(place, &rule_codes::EXPRESSION_UNKNOWN_FACT, format!("{source:?} is not a fact"));
        return;
    }
    let checked = check(source, schema, Want::Any);
    let (gives, constant) = (checked.gives.clone(), checked.constant.clone());
    findings.expression(&place, checked);
    if let Some(constant) = constant {
        findings.warning(place, &rule_codes::CONSTANT, format!("it is always {constant}"));
    }
    let Some(gives) = gives else { return };
    points(path, variable, &gives, findings);
}

fn points(path: &str, variable: &Variable, gives: &ValueType, findings: &mut Findings) {
    too_many(&format!("{path}.bins"), variable.bins.len(), findings);
    match (variable.direct, variable.bins.is_empty()) {
        (Some(clamp), true) => {
            size(&format!("{path}.direct.min"), clamp.min, findings);
            size(&format!("{path}.direct.max"), clamp.max, findings);
            below(&format!("{path}.direct.min"), clamp.min, clamp.max, findings);
            if gives.of != FactType::Number {
                let message = format!("a {} cannot be points", gives.of);
                findings.error(format!("{path}.direct"), &codes::BINS_KIND, message);
            }
        }
        (None, false) => bins::check(&format!("{path}.bins"), variable, gives, findings),
        (None, true) | (Some(_), false) => {
            findings.error(path, &codes::SOURCE_MISSING, "either bins or direct points are needed");
        }
    }
}

fn classes(card: &Scorecard, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (index, class) in card.classes.iter().take(PARTS_MAX).enumerate() {
        let path = format!("classes[{index}]");
        class_code(&format!("{path}.code"), &class.code, findings);
        findings.name(&format!("{path}.name"), &class.name);
        unique(&mut seen, &format!("{path}.code"), &class.code, findings);
        size_of(&format!("{path}.from"), class.from, findings);
    }
    if card.classes.len() < 2 {
        findings.error("classes", &codes::CLASSES_ORDER, "at least two classes are needed");
        return;
    }
    let ordered = order(&card.classes, findings);
    margin(card, findings);
    if ordered {
        reach(card, findings);
    }
}

fn order(classes: &[Class], findings: &mut Findings) -> bool {
    let mut ordered = true;
    let last = classes.len() - 1;
    for (index, class) in classes.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| classes.get(i)).and_then(|c| c.from);
        let wrong = match class.from {
            None if index == last => None,
            None => Some("only the worst class has no bound".to_owned()),
            Some(from) if index == last => {
                Some(format!("the worst class takes all below, not from {from} on"))
            }
            Some(from) => before
                .filter(|before| from >= *before)
                .map(|before| format!("{from} is not below {before}, the bound of the better class")),
        };
        if let Some(message) = wrong {
            ordered = false;
            findings.error(format!("classes[{index}].from"), &codes::CLASSES_ORDER, message);
        }
    }
    ordered
}

/// Wider than a class, a margin would let a score pass it without ever belonging to it.
fn margin(card: &Scorecard, findings: &mut Findings) {
    size("margin", card.margin, findings);
    let bounds = card.classes.iter().filter_map(|c| c.from).collect::<Vec<_>>();
    let narrowest = bounds.windows(2).filter_map(|w| Some(w.first()?.0 - w.last()?.0)).min();
    let margin = card.margin.0;
    if margin < Decimal::ZERO || narrowest.is_some_and(|width| margin >= width) {
        let message = format!("{margin} is negative, or not smaller than the narrowest class");
        findings.error("margin", &codes::MARGIN_RANGE, message);
    }
}

/// Whether the best class can be reached from above and the worst from below.
fn reach(card: &Scorecard, findings: &mut Findings) {
    let Some((low, high)) = attainable(card) else { return };
    for (index, class) in card.classes.iter().enumerate() {
        if let Some(from) = class.from.filter(|from| from.0 > high) {
            let message = format!("it begins at {from}, and {high} is the most there is");
            findings.warning(format!("classes[{index}].from"), &codes::CLASS_UNREACHABLE, message);
        }
    }
    let least = card.classes.iter().rev().find_map(|c| c.from);
    if let Some(least) = least.filter(|least| least.0 <= low) {
        let message = format!("everybody has at least {low}, and the class before begins at {least}");
        let last = card.classes.len() - 1;
        findings.warning(format!("classes[{last}]"), &codes::CLASS_UNREACHABLE, message);
    }
}

/// The lowest and the highest score when everything is known.
fn attainable(card: &Scorecard) -> Option<(Decimal, Decimal)> {
    let (mut low, mut high, mut weights) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for variable in &card.variables {
        let (least, most) = variable.points_range()?;
        low = low.checked_add(least.checked_mul(variable.weight.0)?)?;
        high = high.checked_add(most.checked_mul(variable.weight.0)?)?;
        weights = weights.checked_add(variable.weight.0)?;
    }
    let by = match card.method {
        Method::Sum => Decimal::ONE,
        Method::WeightedMean => weights,
    };
    let scaled = |points: Decimal| {
        let points = points.checked_div(by)?.checked_mul(card.scale.factor.0)?;
        let points = points.checked_add(card.scale.offset.0)?;
        let points = card.scale.min.map_or(points, |min| points.max(min.0));
        Some(card.scale.max.map_or(points, |max| points.min(max.0)).normalize())
    };
    Some((scaled(low)?, scaled(high)?))
}

fn knock_outs(card: &Scorecard, schema: &dyn Schema, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (index, knock_out) in card.knock_outs.iter().take(PARTS_MAX).enumerate() {
        let path = format!("knock_outs[{index}]");
        findings.code(&format!("{path}.code"), &knock_out.code);
        findings.name(&format!("{path}.name"), &knock_out.name);
        unique(&mut seen, &format!("{path}.code"), &knock_out.code, findings);
        if let Some(class) = &knock_out.class
            && !card.classes.iter().any(|c| c.code == *class)
        {
            let message = format!("{class:?} is not one of the classes");
            findings.error(format!("{path}.class"), &codes::CLASS_UNKNOWN, message);
        }
        let checked = check(&knock_out.condition, schema, Want::Bool);
        let always = checked.always();
        let path = format!("{path}.condition");
        findings.expression(&path, checked);
        match always {
            Some(true) => findings.error(path, &rule_codes::CONSTANT, "it always holds: points never count"),
            Some(false) => findings.warning(path, &rule_codes::CONSTANT, "it never holds"),
            None => {}
        }
    }
}

fn class_code(path: &str, code: &str, findings: &mut Findings) {
    let fits = (1..=CLASS_CHARS_MAX).contains(&code.chars().count())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    if !fits {
        let message = format!("a class has 1 to {CLASS_CHARS_MAX} letters, digits, + and -");
        findings.error(path, &rule_codes::CODE_INVALID, message);
    }
}

fn unique<'c>(seen: &mut HashSet<&'c str>, path: &str, code: &'c str, findings: &mut Findings) {
    if !seen.insert(code) {
        findings.error(path, &rule_codes::DUPLICATE_CODE, format!("{code:?} stands twice"));
    }
}

fn size_of(path: &str, number: Option<Exact>, findings: &mut Findings) {
    if let Some(number) = number {
        size(path, number, findings);
    }
}

fn size(path: &str, number: Exact, findings: &mut Findings) {
    if number.0.abs() > NUMBER_MAX {
        let message = format!("{number} is larger than {NUMBER_MAX}");
        findings.error(path, &codes::NUMBER_TOO_LARGE, message);
    }
    if number.0.normalize().scale() > DECIMALS_MAX {
        let message = format!("{number} has more than {DECIMALS_MAX} decimals");
        findings.error(path, &codes::NUMBER_TOO_LARGE, message);
    }
}

fn below(path: &str, min: Exact, max: Exact, findings: &mut Findings) {
    if min >= max {
        findings.error(path, &codes::RANGE_EMPTY, format!("{min} is not below {max}"));
    }
}

fn too_many(path: &str, count: usize, findings: &mut Findings) {
    if count > PARTS_MAX {
        let message = format!("{count}, at most {PARTS_MAX} are accepted");
        findings.error(path, &rule_codes::TOO_MANY, message);
    }
}
