//! Why a decision is what it is: stable codes with values, and sentences in both languages.

use std::borrow::Cow;

use kernel::id::ReceivableId;
use kernel::{Date, Decimal};
use serde::Serialize;

use super::group::StepNo;

kernel::text_enum! {
    /// Why. Codes never change once published; the part before the point says what they are about.
    pub enum ReasonCode {
        ActAfterDue = "act.after_due",
        ActBeforeDue = "act.before_due",
        /// The decision could not be taken with certainty, so nobody is contacted.
        HoldRuleFailed = "hold.rule_failed",
        HoldStaleData = "hold.stale_data",
        HoldInsolvency = "hold.insolvency",
        HoldVulnerable = "hold.vulnerable",
        HoldIntercompany = "hold.intercompany",
        HoldBlocked = "hold.blocked",
        HoldExit = "hold.exit",
        HoldOpenContact = "hold.open_contact",
        HoldMinimumSpacing = "hold.minimum_spacing",
        HoldOtherCurrency = "hold.other_currency",
        HoldCreditsCover = "hold.credits_cover",
        HoldBelowMinimum = "hold.below_minimum",
        HoldStepMinimum = "hold.step_minimum",
        HoldItemsLeftOut = "hold.items_left_out",
        NothingOpen = "nothing.no_open_items",
        NothingDue = "nothing.not_due",
        NothingFinished = "nothing.last_step_sent",
        ItemBlocked = "item.blocked",
        ItemDisputed = "item.disputed",
        ItemUnderInstrument = "item.under_instrument",
        ItemExpectedPay = "item.expected_pay",
        ItemPredecessorFirst = "item.predecessor_first",
        StepBelowMinimum = "step.below_minimum",
    }
}

/// The sentences in English and Spanish. `{…}` stands for a value of the reason.
const SENTENCES: &[(ReasonCode, &str, &str)] = &[
    (
        ReasonCode::ActAfterDue,
        "Step {step} is due after the due date.",
        "Corresponde el paso {step}, posterior al vencimiento.",
    ),
    (
        ReasonCode::ActBeforeDue,
        "Step {step} is due before the due date.",
        "Corresponde el paso {step}, previo al vencimiento.",
    ),
    (
        ReasonCode::HoldRuleFailed,
        "The condition of {detail} could not be evaluated; nobody is contacted until it can.",
        "No se pudo evaluar la condición de {detail}; no se contacta con nadie hasta que se pueda.",
    ),
    (
        ReasonCode::HoldStaleData,
        "The last push of receivables and payments is not fit to dun by ({detail}).",
        "La última carga de partidas y cobros no permite reclamar ({detail}).",
    ),
    (
        ReasonCode::HoldInsolvency,
        "The debtor is in insolvency proceedings.",
        "El deudor está en concurso de acreedores.",
    ),
    (
        ReasonCode::HoldVulnerable,
        "The debtor is marked as vulnerable: only a person decides.",
        "El deudor está marcado como vulnerable: solo decide una persona.",
    ),
    (
        ReasonCode::HoldIntercompany,
        "The debtor is a company of our own group.",
        "El deudor es una empresa del propio grupo.",
    ),
    (
        ReasonCode::HoldBlocked,
        "Dunning of the account is blocked ({detail}), until {ends_on} if a date is given.",
        "El recobro de la cuenta está bloqueado ({detail}), hasta {ends_on} si hay fecha.",
    ),
    (
        ReasonCode::HoldExit,
        "The scenario's exit {detail} applies.",
        "Se cumple la salida {detail} del escenario.",
    ),
    (
        ReasonCode::HoldOpenContact,
        "An earlier contact is not resolved yet ({detail}).",
        "Hay un contacto anterior sin resolver ({detail}).",
    ),
    (
        ReasonCode::HoldMinimumSpacing,
        "The last contact was too recent: {days} days must lie between two; next on {ends_on}.",
        "El último contacto es demasiado reciente: debe haber {days} días entre dos; el próximo, el {ends_on}.",
    ),
    (
        ReasonCode::HoldOtherCurrency,
        "The group is contacted about its claim in {detail}; this currency's turn comes after the spacing.",
        "Se contacta con el grupo por su deuda en {detail}; el turno de esta divisa llega tras la separación mínima.",
    ),
    (
        ReasonCode::HoldCreditsCover,
        "Open credits cover the claim: {amount} remains.",
        "Los abonos y cobros pendientes cubren la reclamación: queda {amount}.",
    ),
    (
        ReasonCode::HoldBelowMinimum,
        "The claim of {amount} is below the minimum of {needed}.",
        "La reclamación de {amount} no llega al mínimo de {needed}.",
    ),
    (
        ReasonCode::HoldStepMinimum,
        "The claim of {amount} is below the minimum of {needed} of step {step}.",
        "La reclamación de {amount} no llega al mínimo de {needed} del paso {step}.",
    ),
    (
        ReasonCode::HoldItemsLeftOut,
        "Every item that would be dunned is left out.",
        "Todas las partidas que se reclamarían están excluidas.",
    ),
    (ReasonCode::NothingOpen, "Nothing is owed.", "No se debe nada."),
    (ReasonCode::NothingDue, "No step's time has come.", "No ha llegado el plazo de ningún paso."),
    (
        ReasonCode::NothingFinished,
        "Every overdue item has been through its last step.",
        "Todas las partidas vencidas han pasado por su último paso.",
    ),
    (
        ReasonCode::ItemBlocked,
        "Left out: blocked ({detail}), until {ends_on} if a date is given.",
        "Excluida: bloqueada ({detail}), hasta {ends_on} si hay fecha.",
    ),
    (ReasonCode::ItemDisputed, "Left out: disputed.", "Excluida: en incidencia."),
    (
        ReasonCode::ItemUnderInstrument,
        "Left out: a payment instrument stands for it.",
        "Excluida: hay un efecto que la cubre.",
    ),
    (
        ReasonCode::ItemExpectedPay,
        "Left out: payment is expected; dunned from {ends_on}.",
        "Excluida: se espera su pago; se reclama desde {ends_on}.",
    ),
    (
        ReasonCode::ItemPredecessorFirst,
        "Old enough for a later step, but step {step} comes first.",
        "Tiene antigüedad para un paso posterior, pero antes va el paso {step}.",
    ),
    (
        ReasonCode::StepBelowMinimum,
        "Step {step} was due, but {amount} is below its minimum of {needed}.",
        "Correspondía el paso {step}, pero {amount} no llega a su mínimo de {needed}.",
    ),
];

impl ReasonCode {
    /// The sentence in English and in Spanish. `{…}` stands for a value of the reason.
    pub fn sentences(self) -> (&'static str, &'static str) {
        SENTENCES.iter().find(|(code, _, _)| *code == self).map_or(("", ""), |(_, en, es)| (en, es))
    }
}

/// One reason with its values. The first of a decision is its main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub code: ReasonCode,
    /// The item it is about; none = the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ReceivableId>,
    /// The first day on which it no longer holds, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// The amount at hand, in the group's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// The amount that was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepNo>,
    /// A stable code that tells more: the block's reason, the exit's, the state of the open contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cow<'static, str>>,
}

impl Reason {
    pub(super) fn new(code: ReasonCode) -> Self {
        Self {
            code,
            item: None,
            ends_on: None,
            amount: None,
            needed: None,
            days: None,
            step: None,
            detail: None,
        }
    }

    pub(super) fn detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn step(self, step: StepNo) -> Self {
        Self { step: Some(step), ..self }
    }

    pub(super) fn short_of(self, amount: Decimal, needed: Decimal) -> Self {
        Self { amount: Some(amount), needed: Some(needed), ..self }
    }

    /// The sentence for a reader, values filled in; a value that is missing reads as a dash.
    pub fn sentence(&self, spanish: bool) -> String {
        let (en, es) = self.code.sentences();
        let text = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        (if spanish { es } else { en })
            .replace("{step}", &text(self.step.map(|s| s.get().to_string())))
            .replace("{detail}", &text(self.detail.as_ref().map(ToString::to_string)))
            .replace("{ends_on}", &text(self.ends_on.map(|d| d.to_string())))
            .replace("{days}", &text(self.days.map(|d| d.to_string())))
            .replace("{amount}", &text(self.amount.map(|a| a.to_string())))
            .replace("{needed}", &text(self.needed.map(|a| a.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use kernel::text_enum::TextEnum;

    use super::*;

    #[test]
    fn every_reason_speaks_both_languages_of_the_same_values() {
        let values = |text: &str| {
            let mut found = text.split('{').skip(1).filter_map(|t| t.split('}').next()).collect::<Vec<_>>();
            found.sort_unstable();
            found.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        for code in ReasonCode::ALL {
            let (en, es) = code.sentences();
            assert_eq!(values(en), values(es), "{code}");
            assert_ne!(en, es, "{code} has no sentences");
        }
    }

    #[test]
    fn a_sentence_names_its_values() {
        let reason = Reason::new(ReasonCode::HoldBelowMinimum).short_of(Decimal::new(950, 2), Decimal::TEN);
        assert_eq!(reason.sentence(false), "The claim of 9.50 is below the minimum of 10.");
        assert_eq!(reason.sentence(true), "La reclamación de 9.50 no llega al mínimo de 10.");
    }
}
