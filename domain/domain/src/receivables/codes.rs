//! Error and notice codes of the receivables.
//!
//! Notices (text ends in "is accepted") accompany an accepted row and never refuse it; their kind is not used.

use kernel::{
    Code, ErrorKind::Conflict, ErrorKind::Invalid, ErrorKind::LimitExceeded, ErrorKind::NotFound,
    ErrorKind::PreconditionFailed,
};

pub static AGEING_BOUNDS_INVALID: Code = Code::new(
    "ageing.bounds_invalid",
    Invalid,
    "Bounds of an ageing must be 1 to 12 ascending numbers of days above zero.",
    "Los límites de una antigüedad deben ser de 1 a 12 números de días crecientes y mayores que cero.",
);
pub static ALLOCATION_AMOUNT_NOT_POSITIVE: Code = Code::new(
    "allocation.amount_not_positive",
    Invalid,
    "The amount to allocate must be above zero.",
    "El importe que se aplica debe ser mayor que cero.",
);
pub static ALLOCATION_CURRENCY_MISMATCH: Code = Code::new(
    "allocation.currency_mismatch",
    Conflict,
    "A credit is never allocated to an item of another currency.",
    "Un abono nunca se aplica a una partida de otra divisa.",
);
pub static ALLOCATION_EXCEEDS_CREDIT: Code = Code::new(
    "allocation.exceeds_credit",
    Invalid,
    "The listed amounts add up to more than the credit.",
    "Los importes indicados suman más que el abono.",
);
pub static ALLOCATION_EXCEEDS_OPEN: Code = Code::new(
    "allocation.exceeds_open",
    Invalid,
    "More was listed for an item than is open; the excess stays unallocated. The allocation is accepted.",
    "Se indicó para una partida más de lo pendiente; el exceso queda sin aplicar. La aplicación se admite.",
);
pub static ALLOCATION_ITEM_REPEATED: Code = Code::new(
    "allocation.item_repeated",
    Invalid,
    "The same open item was given twice.",
    "La misma partida abierta se indicó dos veces.",
);
pub static ALLOCATION_ITEM_UNKNOWN: Code = Code::new(
    "allocation.item_unknown",
    NotFound,
    "A listed item is not among the open items of the account.",
    "Una partida indicada no está entre las partidas abiertas de la cuenta.",
);
pub static ENTRY_AMOUNT_SIGN: Code = Code::new(
    "entry.amount_sign",
    Invalid,
    "The amount of this kind of entry is stated without sign; the kind says the direction.",
    "El importe de esta clase de movimiento se indica sin signo; la clase da el sentido.",
);
pub static ENTRY_AMOUNT_ZERO: Code = Code::new(
    "entry.amount_zero",
    Invalid,
    "The amount of an entry must not be zero.",
    "El importe de un movimiento no puede ser cero.",
);
pub static ENTRY_DOUBTFUL_AMOUNT: Code = Code::new(
    "entry.doubtful_amount",
    Invalid,
    "A reclassification as doubtful changes no amount: send zero.",
    "La reclasificación como dudoso no cambia el importe: envíe cero.",
);
pub static ENTRY_EXCEEDS_OPEN: Code = Code::new(
    "entry.exceeds_open",
    Invalid,
    "The entry turns the open amount to the other side, e.g. an overpayment. The entry is accepted.",
    "El movimiento deja el importe pendiente con el signo contrario, p. ej. un cobro en exceso. El movimiento se admite.",
);
pub static INSTRUMENT_AMOUNT_NOT_POSITIVE: Code = Code::new(
    "instrument.amount_not_positive",
    Invalid,
    "An instrument and each item under it have an amount above zero.",
    "Un efecto y cada partida bajo él tienen un importe mayor que cero.",
);
pub static INSTRUMENT_COSTS_WITHOUT_RETURN: Code = Code::new(
    "instrument.costs_without_return",
    Invalid,
    "Costs are those of a return and not negative.",
    "Los gastos son los de una devolución y no son negativos.",
);
pub static INSTRUMENT_DATES: Code = Code::new(
    "instrument.dates",
    Invalid,
    "The dates of an instrument contradict each other.",
    "Las fechas del efecto se contradicen.",
);
pub static INSTRUMENT_INVALID: Code = Code::new(
    "instrument.invalid",
    Invalid,
    "The instrument cannot be accepted; each wrong field is named.",
    "El efecto no se puede aceptar; se indica cada campo erróneo.",
);
pub static INSTRUMENT_ITEMS_EXCEED: Code = Code::new(
    "instrument.items_exceed",
    Invalid,
    "The items under an instrument add up to more than its amount.",
    "Las partidas bajo el efecto suman más que su importe.",
);
pub static ORDER_AMOUNT_NEGATIVE: Code = Code::new(
    "order.amount_negative",
    Invalid,
    "An order or delivery has an amount of zero or more; what is not wanted any more has nothing open.",
    "Un pedido o una entrega tiene un importe de cero o más; lo que ya no se quiere no tiene nada pendiente.",
);
pub static ORDER_OPEN_EXCEEDS: Code = Code::new(
    "order.open_exceeds",
    Invalid,
    "More is open than was ordered or delivered.",
    "Queda pendiente más de lo pedido o entregado.",
);
pub static INSTRUMENT_SETTLED_AND_RETURNED: Code = Code::new(
    "instrument.settled_and_returned",
    Invalid,
    "An instrument was either settled or returned.",
    "Un efecto se cobró o se devolvió, no ambas cosas.",
);
pub static INTEREST_RATE_MISSING: Code = Code::new(
    "interest.rate_missing",
    PreconditionFailed,
    "No legal interest rate is known for part of the delay; record the published rate first.",
    "No consta el tipo legal de interés de una parte del retraso; registre antes el tipo publicado.",
);
pub static INTEREST_RATE_UNCONFIRMED: Code = Code::new(
    "interest.rate_unconfirmed",
    PreconditionFailed,
    "The legal interest rate of part of the delay was not seen in a published source; confirm it first.",
    "El tipo legal de interés de una parte del retraso no consta en una fuente publicada; confírmelo antes.",
);
pub static COMPENSATION_INVALID: Code = Code::new(
    "interest.compensation_invalid",
    Invalid,
    "A fixed compensation is above zero, and its period does not end before it begins.",
    "Una compensación fija es mayor que cero y su período no termina antes de empezar.",
);
pub static COMPENSATIONS_OVERLAP: Code = Code::new(
    "interest.compensations_overlap",
    Conflict,
    "Two fixed compensations of one jurisdiction apply on the same day.",
    "Dos compensaciones fijas de una jurisdicción rigen el mismo día.",
);
pub static INTEREST_RATES_INVALID: Code = Code::new(
    "interest.rates_invalid",
    Invalid,
    "The list of legal interest rates cannot be read.",
    "La lista de tipos legales de interés no se puede leer.",
);
pub static INTEREST_RATES_OVERLAP: Code = Code::new(
    "interest.rates_overlap",
    Conflict,
    "Two legal interest rates of one jurisdiction apply on the same day.",
    "Dos tipos legales de interés de una jurisdicción rigen el mismo día.",
);
pub static RECEIVABLE_ACCOUNT_CHANGED: Code = Code::new(
    "receivable.account_changed",
    Conflict,
    "A receivable never changes its account; move it by transfer entries.",
    "Una partida nunca cambia de cuenta; trasládela con movimientos de traspaso.",
);
pub static RECEIVABLE_AMOUNT_NEGATIVE: Code = Code::new(
    "receivable.amount_negative",
    Invalid,
    "An invoice or charge cannot be negative; send a credit note.",
    "Una factura o un cargo no puede ser negativo; envíe un abono.",
);
pub static RECEIVABLE_AMOUNT_ZERO: Code = Code::new(
    "receivable.amount_zero",
    Invalid,
    "The amount must not be zero: nothing would be owed.",
    "El importe no puede ser cero: no se debería nada.",
);
pub static RECEIVABLE_DUE_BEFORE_ISSUE: Code = Code::new(
    "receivable.due_before_issue",
    Invalid,
    "The due date lies before the issue date.",
    "El vencimiento es anterior a la fecha de emisión.",
);
pub static RECEIVABLE_DUE_REQUIRED: Code = Code::new(
    "receivable.due_required",
    Invalid,
    "What is owed needs a due date.",
    "Lo que se debe necesita una fecha de vencimiento.",
);
pub static RECEIVABLE_EXTENSION_BEFORE_DUE: Code = Code::new(
    "receivable.extension_before_due",
    Invalid,
    "An agreed due date cannot lie before the original one; correct the due date instead.",
    "Un vencimiento acordado no puede ser anterior al original; corrija el vencimiento.",
);
pub static RECEIVABLE_INVALID: Code = Code::new(
    "receivable.invalid",
    Invalid,
    "Several fields of the receivable are wrong; each is listed with its own code.",
    "Varios campos de la partida son incorrectos; cada uno figura con su código.",
);
pub static RECEIVABLE_ISSUE_REQUIRED: Code = Code::new(
    "receivable.issue_required",
    Invalid,
    "A receivable needs an issue date.",
    "Una partida necesita una fecha de emisión.",
);
pub static RECEIVABLE_OPEN_EXCEEDS_AMOUNT: Code = Code::new(
    "receivable.open_exceeds_amount",
    Invalid,
    "The open amount is larger than the amount of the document.",
    "El importe pendiente es mayor que el importe del documento.",
);
pub static RECEIVABLE_OPEN_SIGN: Code = Code::new(
    "receivable.open_sign",
    Invalid,
    "The open amount has the opposite sign of the document.",
    "El importe pendiente tiene el signo contrario al del documento.",
);
pub static RECEIVABLE_RECEIPT_BEFORE_SHIPMENT: Code = Code::new(
    "receivable.receipt_before_shipment",
    Invalid,
    "The goods were received before they were shipped. The row is accepted.",
    "La mercancía se recibió antes de enviarse. La fila se admite.",
);
pub static RECEIVABLE_VAT_QUOTA_DIFFERS: Code = Code::new(
    "receivable.vat_quota_differs",
    Invalid,
    "A VAT quota differs from base times rate by more than a cent. The row is accepted.",
    "Una cuota de IVA difiere de base por tipo en más de un céntimo. La fila se admite.",
);
pub static RECEIVABLE_VAT_RATE: Code = Code::new(
    "receivable.vat_rate",
    Invalid,
    "The VAT rate is not a percentage from 0 to 100.",
    "El tipo de IVA no es un porcentaje de 0 a 100.",
);
pub static RECEIVABLE_VAT_ROWS: Code = Code::new(
    "receivable.vat_rows",
    LimitExceeded,
    "The document carries too many VAT rows.",
    "El documento lleva demasiadas líneas de IVA.",
);
pub static RECEIVABLE_VAT_TOTAL_DIFFERS: Code = Code::new(
    "receivable.vat_total_differs",
    Invalid,
    "The VAT rows differ from the total by more than a cent per row. The row is accepted.",
    "Las líneas de IVA difieren del total en más de un céntimo por línea. La fila se admite.",
);
pub static STATEMENT_PERIOD_REVERSED: Code = Code::new(
    "statement.period_reversed",
    Invalid,
    "The statement ends before it begins.",
    "El extracto termina antes de empezar.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AGEING_BOUNDS_INVALID,
    &ALLOCATION_AMOUNT_NOT_POSITIVE,
    &ALLOCATION_CURRENCY_MISMATCH,
    &ALLOCATION_EXCEEDS_CREDIT,
    &ALLOCATION_EXCEEDS_OPEN,
    &ALLOCATION_ITEM_REPEATED,
    &ALLOCATION_ITEM_UNKNOWN,
    &ENTRY_AMOUNT_SIGN,
    &ENTRY_AMOUNT_ZERO,
    &ENTRY_DOUBTFUL_AMOUNT,
    &ENTRY_EXCEEDS_OPEN,
    &INSTRUMENT_AMOUNT_NOT_POSITIVE,
    &INSTRUMENT_COSTS_WITHOUT_RETURN,
    &INSTRUMENT_DATES,
    &INSTRUMENT_INVALID,
    &INSTRUMENT_ITEMS_EXCEED,
    &INSTRUMENT_SETTLED_AND_RETURNED,
    &COMPENSATION_INVALID,
    &COMPENSATIONS_OVERLAP,
    &INTEREST_RATE_MISSING,
    &INTEREST_RATE_UNCONFIRMED,
    &INTEREST_RATES_INVALID,
    &INTEREST_RATES_OVERLAP,
    &ORDER_AMOUNT_NEGATIVE,
    &ORDER_OPEN_EXCEEDS,
    &RECEIVABLE_ACCOUNT_CHANGED,
    &RECEIVABLE_AMOUNT_NEGATIVE,
    &RECEIVABLE_AMOUNT_ZERO,
    &RECEIVABLE_DUE_BEFORE_ISSUE,
    &RECEIVABLE_DUE_REQUIRED,
    &RECEIVABLE_EXTENSION_BEFORE_DUE,
    &RECEIVABLE_INVALID,
    &RECEIVABLE_ISSUE_REQUIRED,
    &RECEIVABLE_OPEN_EXCEEDS_AMOUNT,
    &RECEIVABLE_OPEN_SIGN,
    &RECEIVABLE_RECEIPT_BEFORE_SHIPMENT,
    &RECEIVABLE_VAT_QUOTA_DIFFERS,
    &RECEIVABLE_VAT_RATE,
    &RECEIVABLE_VAT_ROWS,
    &RECEIVABLE_VAT_TOTAL_DIFFERS,
    &STATEMENT_PERIOD_REVERSED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        let texts: Vec<_> = ALL.iter().map(|c| c.text).collect();
        let mut sorted = texts.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(texts, sorted);
    }
}
