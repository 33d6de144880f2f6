//! The fixed words of the form, in the languages it is printed in.

use serde_json::{Value, json};

use crate::letter::Language;

/// Two-letter code of ISO 639-1 and country of ISO 3166-1, which choose hyphenation and the document's language tag.
pub(crate) fn locale(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Spanish => ("es", "ES"),
        Language::English => ("en", "GB"),
    }
}

pub(crate) fn labels(language: Language) -> Value {
    match language {
        Language::Spanish => json!({
            "tax_id": "NIF", "date": "Fecha", "our_reference": "Nuestra referencia", "subject": "Asunto",
            "page": "Página", "of": "de",
            "payment": "Datos para el pago", "payee": "Beneficiario", "iban": "IBAN", "bic": "BIC",
            "payment_reference": "Concepto", "amount": "Importe",
            "scan": "Escanee para pagar", "scan_description": "Código QR de transferencia SEPA",
        }),
        Language::English => json!({
            "tax_id": "Tax ID", "date": "Date", "our_reference": "Our reference", "subject": "Subject",
            "page": "Page", "of": "of",
            "payment": "How to pay", "payee": "Payee", "iban": "IBAN", "bic": "BIC",
            "payment_reference": "Reference", "amount": "Amount",
            "scan": "Scan to pay", "scan_description": "QR code of a SEPA credit transfer",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_labels_and_columns() {
        let (spanish, english) = (labels(Language::Spanish), labels(Language::English));
        let shape = |labels: &Value| {
            let labels = labels.as_object().unwrap().iter();
            labels.map(|(name, text)| (name.clone(), text.as_array().map(Vec::len))).collect::<Vec<_>>()
        };
        assert_eq!(shape(&spanish), shape(&english));
    }
}
