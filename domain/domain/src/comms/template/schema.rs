//! The documented variables of templates: what front ends offer and what the lint knows.

use serde::Serialize;

kernel::text_enum! {
    /// What a variable is, and so what can be done with it.
    pub enum VariableKind {
        /// Printed as it is.
        Text = "text",
        /// A whole number.
        Number = "number",
        /// Printed as the language writes amounts; false in a condition when zero. Filter `money` insists on it.
        Amount = "amount",
        /// Printed as the language writes dates. Filter `date` insists on it.
        Date = "date",
        /// Printed in groups of four. Filter `iban` insists on it.
        Iban = "iban",
        /// Has variables of its own.
        Group = "group",
        /// Goes into a `for`; the variables below `name[]` are those of one element.
        List = "list",
    }
}

/// One variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Variable {
    pub path: &'static str,
    pub kind: VariableKind,
    /// May be absent: ask with `if` before printing it.
    pub optional: bool,
    pub en: &'static str,
    pub es: &'static str,
}

/// Every variable, groups before their members.
pub static VARIABLES: &[Variable] = &[
    always(
        "currency",
        VariableKind::Text,
        "Currency of all amounts (ISO 4217).",
        "Divisa de todos los importes (ISO 4217).",
    ),
    always("today", VariableKind::Date, "Business date of the message.", "Fecha del mensaje."),
    always("entity", VariableKind::Group, "Who claims: the legal entity.", "Quién reclama: la sociedad."),
    always("entity.name", VariableKind::Text, "Its name.", "Su nombre."),
    maybe("entity.tax_id", VariableKind::Text, "Its tax id.", "Su NIF."),
    always("entity.address", VariableKind::List, "Lines of its address.", "Líneas de su dirección."),
    maybe("entity.email", VariableKind::Text, "Where to write for questions.", "Correo para consultas."),
    maybe("entity.phone", VariableKind::Text, "Where to call for questions.", "Teléfono para consultas."),
    maybe("entity.signatory", VariableKind::Group, "Who signs.", "Quién firma."),
    always("entity.signatory.name", VariableKind::Text, "Name of who signs.", "Nombre de quien firma."),
    maybe("entity.signatory.title", VariableKind::Text, "Position of who signs.", "Cargo de quien firma."),
    always("account", VariableKind::Group, "The customer number.", "La cuenta de cliente."),
    always("account.number", VariableKind::Text, "Number of the account.", "Número de la cuenta."),
    always("account.name", VariableKind::Text, "Name of the account.", "Nombre de la cuenta."),
    always("party", VariableKind::Group, "The legal person that owes.", "El tercero que debe."),
    always("party.name", VariableKind::Text, "Its legal name.", "Su razón social."),
    maybe("party.tax_id", VariableKind::Text, "Its tax id.", "Su NIF."),
    always("contact", VariableKind::Group, "The person written to.", "La persona a quien se escribe."),
    maybe("contact.name", VariableKind::Text, "The person's name.", "Nombre de la persona."),
    always(
        "items",
        VariableKind::List,
        "What is claimed, by due date.",
        "Lo que se reclama, por vencimiento.",
    ),
    always("items[].number", VariableKind::Text, "Printed document number.", "Número impreso del documento."),
    maybe("items[].order_no", VariableKind::Text, "The customer's own order.", "Pedido del cliente."),
    always("items[].issue_on", VariableKind::Date, "Date of issue.", "Fecha de emisión."),
    always("items[].due_on", VariableKind::Date, "Due date in force.", "Vencimiento vigente."),
    always(
        "items[].days_overdue",
        VariableKind::Number,
        "Days past the due date; zero or below = not due.",
        "Días desde el vencimiento; cero o menos = no vencida.",
    ),
    always("items[].amount", VariableKind::Amount, "Original amount.", "Importe original."),
    always("items[].open", VariableKind::Amount, "What is still owed of it.", "Lo que queda por pagar."),
    always(
        "credits",
        VariableKind::List,
        "Credit notes and payments on account.",
        "Abonos y pagos a cuenta.",
    ),
    always(
        "credits[].number",
        VariableKind::Text,
        "Printed document number.",
        "Número impreso del documento.",
    ),
    always("credits[].issue_on", VariableKind::Date, "Date of issue.", "Fecha de emisión."),
    always(
        "credits[].open",
        VariableKind::Amount,
        "What is left of it, negative.",
        "Lo que queda de él, negativo.",
    ),
    always("totals", VariableKind::Group, "Sums.", "Sumas."),
    always("totals.items", VariableKind::Amount, "Sum of the items.", "Suma de las partidas."),
    always(
        "totals.credits",
        VariableKind::Amount,
        "Sum of the credits, negative.",
        "Suma de los abonos, negativa.",
    ),
    always("totals.due", VariableKind::Amount, "Items and credits.", "Partidas y abonos."),
    always(
        "totals.overdue",
        VariableKind::Amount,
        "Sum of the items past their due date.",
        "Suma de las partidas vencidas.",
    ),
    maybe(
        "totals.with_interest",
        VariableKind::Amount,
        "With interest and compensation.",
        "Con intereses y compensación.",
    ),
    maybe(
        "interest",
        VariableKind::Group,
        "Statutory interest, where claimed.",
        "Intereses de demora, si se reclaman.",
    ),
    always("interest.amount", VariableKind::Amount, "Interest.", "Intereses."),
    always(
        "interest.until_on",
        VariableKind::Date,
        "Last day it is computed for.",
        "Último día para el que se calculan.",
    ),
    maybe(
        "interest.compensation",
        VariableKind::Amount,
        "Fixed compensation for costs of collection.",
        "Compensación fija por costes de cobro.",
    ),
    always("payment", VariableKind::Group, "How to pay.", "Cómo pagar."),
    always(
        "payment.payee",
        VariableKind::Text,
        "Holder of the account to pay into.",
        "Titular de la cuenta de pago.",
    ),
    maybe("payment.iban", VariableKind::Iban, "Account to pay into.", "Cuenta de pago."),
    maybe("payment.bic", VariableKind::Text, "Its bank.", "Su banco."),
    always(
        "payment.reference",
        VariableKind::Text,
        "What the payer must quote.",
        "Lo que el pagador debe indicar.",
    ),
    maybe("payment.pay_by_on", VariableKind::Date, "Last day to pay.", "Último día para pagar."),
    maybe("step", VariableKind::Group, "Step of the scenario.", "Paso del escenario."),
    always("step.code", VariableKind::Text, "Its code.", "Su código."),
    always("step.no", VariableKind::Number, "Its number, from 1.", "Su número, desde 1."),
    always("step.name", VariableKind::Text, "Its name.", "Su nombre."),
    maybe(
        "previous_on",
        VariableKind::Date,
        "When these items were last claimed.",
        "Cuándo se reclamaron por última vez estas partidas.",
    ),
    maybe(
        "note",
        VariableKind::Text,
        "What a person added before releasing it.",
        "Lo que una persona añadió antes de liberarlo.",
    ),
];

const fn always(path: &'static str, kind: VariableKind, en: &'static str, es: &'static str) -> Variable {
    Variable { path, kind, optional: false, en, es }
}

const fn maybe(path: &'static str, kind: VariableKind, en: &'static str, es: &'static str) -> Variable {
    Variable { path, kind, optional: true, en, es }
}

/// Whether a dotted path, as a template writes it, leads to a variable. `row` names the row variable of a table cell
/// and the list it comes from.
pub(super) fn knows(path: &str, row: Option<(&str, &str)>) -> bool {
    let in_list = row.and_then(|(name, list)| {
        let rest = path.strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{list}[]{rest}"))
    });
    match in_list {
        Some(path) => path.ends_with("[]") || VARIABLES.iter().any(|v| v.path == path),
        None => VARIABLES.iter().any(|v| v.path == path),
    }
}

#[cfg(test)]
mod tests {
    use minijinja::value::{Value, ValueKind};

    use super::super::formats::Formats;
    use super::super::samples::sample;
    use super::super::values::{Typed, to_value};
    use super::*;
    use crate::comms::LanguageTag;

    fn kind_of(value: &Value) -> VariableKind {
        if let Some(typed) = value.downcast_object_ref::<Typed>() {
            return typed.kind();
        }
        let kinds = [
            (ValueKind::Map, VariableKind::Group),
            (ValueKind::Seq, VariableKind::List),
            (ValueKind::Number, VariableKind::Number),
            (ValueKind::String, VariableKind::Text),
        ];
        kinds.iter().find(|(kind, _)| *kind == value.kind()).unwrap().1
    }

    fn walk(path: &str, value: &Value, found: &mut Vec<(String, VariableKind)>) {
        let kind = kind_of(value);
        if !path.is_empty() && !path.ends_with("[]") {
            found.push((path.to_owned(), kind));
        }
        if kind == VariableKind::List {
            let first = value.try_iter().unwrap().next().unwrap();
            walk_group(&format!("{path}[]."), &first, found);
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
        walk_group(&prefix, value, found);
    }

    /// Members of a group; nothing for other values.
    fn walk_group(prefix: &str, value: &Value, found: &mut Vec<(String, VariableKind)>) {
        if kind_of(value) != VariableKind::Group {
            return;
        }
        for key in value.try_iter().unwrap() {
            walk(&format!("{prefix}{key}"), &value.get_item(&key).unwrap(), found);
        }
    }

    #[test]
    fn the_documented_variables_are_the_ones_templates_see() {
        let mut found = Vec::new();
        walk("", &to_value(&sample(), Formats::of(LanguageTag::EN)).unwrap(), &mut found);
        let documented = VARIABLES.iter().map(|v| (v.path.to_owned(), v.kind)).collect::<Vec<_>>();
        assert_eq!(found, documented);
    }

    #[test]
    fn a_row_is_known_by_its_name_only_in_cells() {
        let items = Some(("item", "items"));
        assert!(knows("item.number", items) && knows("item", items) && knows("totals.due", items));
        assert!(!knows("item.numbr", items) && !knows("item.number", None) && !knows("items.number", items));
        assert!(!knows("itemised", items) && !knows("entity.nmae", None));
    }
}
