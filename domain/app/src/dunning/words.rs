//! Decisions in words, English and Spanish: what, why, and what would have made it otherwise.

use domain::dunning::reason::Reason;
use kernel::{Error, Outcome};
use serde::Deserialize;
use serde_json::Value;

use crate::codes::INTERNAL;
use crate::ctx::Locale;

/// A counterfactual as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StoredCounterfactual {
    /// `single` or `none_single`.
    pub kind: String,
    pub change: Option<String>,
    pub on: Option<String>,
    pub item: Option<String>,
    pub amount: Option<String>,
    pub then: Option<Then>,
}

/// What the decision would be after the change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Then {
    /// `act`, `hold` or `nothing`.
    pub outcome: String,
    pub step: Option<u16>,
}

/// A change, in English and in Spanish; `{…}` stands for its values.
const CHANGES: &[(&str, &str, &str)] = &[
    ("business_date", "If it were {on}", "Si fuera el {on}"),
    ("data_fresh", "If the missing push arrived", "Si llegara la carga que falta"),
    ("insolvency_ended", "If the insolvency proceedings ended", "Si terminara el concurso"),
    (
        "vulnerability_ended",
        "If the debtor were no longer marked as vulnerable",
        "Si el deudor dejara de figurar como vulnerable",
    ),
    (
        "intercompany_ended",
        "If the debtor were not a company of our own group",
        "Si el deudor no fuera una empresa del propio grupo",
    ),
    ("block_removed", "If the block were lifted", "Si se levantara el bloqueo"),
    (
        "contact_resolved",
        "If the open contact turned out not to have been sent",
        "Si el contacto abierto resultara no haberse enviado",
    ),
    ("item_block_removed", "If the block of {item} were lifted", "Si se levantara el bloqueo de {item}"),
    (
        "dispute_resolved",
        "If the dispute about {item} were resolved",
        "Si se resolviera la incidencia de {item}",
    ),
    (
        "instrument_returned",
        "If the instrument for {item} were returned",
        "Si se devolviera el efecto de {item}",
    ),
    ("item_paid", "If {item} ({amount}) were paid", "Si se pagara {item} ({amount})"),
    ("credit_added", "If a credit of {amount} were posted", "Si se registrara un abono de {amount}"),
    (
        "credit_removed",
        "If the credit {item} ({amount}) were refunded or used elsewhere",
        "Si el abono {item} ({amount}) se devolviera o se aplicara a otra partida",
    ),
    ("claim_raised", "If {amount} more were owed on {item}", "Si se debieran {amount} más en {item}"),
];

/// The sentences of the reasons, the main one first.
pub fn reasons(reasons: &[Reason], locale: Locale, name: &impl Fn(&str) -> String) -> Vec<String> {
    let sentence = |reason: &Reason| {
        let text = reason.sentence(locale == Locale::Spanish);
        match reason.item {
            Some(item) => format!("{}: {text}", name(&item.to_string())),
            None => text,
        }
    };
    reasons.iter().map(sentence).collect()
}

/// The outcome as a heading.
pub fn outcome(outcome: &str, step: Option<&str>, locale: Locale) -> String {
    let step = step.unwrap_or_default();
    match (outcome, locale) {
        ("act", Locale::English) => format!("Contact the debtor: {step}."),
        ("act", Locale::Spanish) => format!("Contactar con el deudor: {step}."),
        ("hold", Locale::English) => "A contact would be due, but something forbids it.".to_owned(),
        ("hold", Locale::Spanish) => "Correspondería un contacto, pero algo lo impide.".to_owned(),
        (_, Locale::English) => "Nothing is to be done.".to_owned(),
        (_, Locale::Spanish) => "No hay nada que hacer.".to_owned(),
    }
}

/// What would have altered the decision.
///
/// # Errors
/// `internal` when the stored form is not ours.
pub fn counterfactual(stored: &Value, locale: Locale, name: &impl Fn(&str) -> String) -> Outcome<String> {
    let found = StoredCounterfactual::deserialize(stored).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
    let spanish = locale == Locale::Spanish;
    let change = found.change.as_deref().and_then(|c| CHANGES.iter().find(|(code, _, _)| *code == c));
    let Some((_, en, es)) = change else {
        return Ok(if spanish {
            "Ningún cambio único la alteraría.".to_owned()
        } else {
            "No single change would alter it.".to_owned()
        });
    };
    let text = if spanish { es } else { en };
    let change = text
        .replace("{on}", found.on.as_deref().unwrap_or_default())
        .replace("{item}", &found.item.as_deref().map(name).unwrap_or_default())
        .replace("{amount}", found.amount.as_deref().unwrap_or_default());
    Ok(format!("{change}, {}", then(found.then.as_ref(), spanish)))
}

fn then(then: Option<&Then>, spanish: bool) -> String {
    let step = then.and_then(|t| t.step).map(|s| s.to_string()).unwrap_or_default();
    match (then.map_or("nothing", |t| t.outcome.as_str()), spanish) {
        ("act", false) => format!("step {step} would be taken."),
        ("act", true) => format!("se daría el paso {step}."),
        ("hold", false) => "the contact would be held back.".to_owned(),
        ("hold", true) => "el contacto se retendría.".to_owned(),
        (_, false) => "nothing would be done.".to_owned(),
        (_, true) => "no se haría nada.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(stored: &Value, locale: Locale) -> String {
        counterfactual(stored, locale, &|item| format!("<{item}>")).unwrap()
    }

    #[test]
    fn a_change_is_told_with_its_values_in_both_languages() {
        let stored = json!({ "kind": "single", "change": "item_paid", "item": "rcv_1", "amount": "12.50",
            "then": { "outcome": "nothing" } });
        assert_eq!(words(&stored, Locale::English), "If <rcv_1> (12.50) were paid, nothing would be done.");
        assert_eq!(words(&stored, Locale::Spanish), "Si se pagara <rcv_1> (12.50), no se haría nada.");
    }

    #[test]
    fn no_single_change_is_said_so() {
        let stored = json!({ "kind": "none_single" });
        assert_eq!(words(&stored, Locale::English), "No single change would alter it.");
    }
}
