//! The words of the fact schema.

use super::{GroupFact, ItemFact};
use crate::rules::facts::FactType::{self, Bool, Number, Text};

/// Type, whether it can be unknown, English, Spanish.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec(
    pub(super) FactType,
    pub(super) bool,
    pub(super) &'static str,
    pub(super) &'static str,
);

/// A fact without an entry counts as unknown text; a test holds the tables complete.
const MISSING: Spec = Spec(Text, true, "", "");

impl GroupFact {
    pub(super) fn spec(self) -> Spec {
        GROUP.iter().find(|(fact, _)| *fact == self).map_or(MISSING, |(_, spec)| *spec)
    }
}

impl ItemFact {
    pub(super) fn spec(self) -> Spec {
        ITEM.iter().find(|(fact, _)| *fact == self).map_or(MISSING, |(_, spec)| *spec)
    }
}

const GROUP: &[(GroupFact, Spec)] = &[
    (
        GroupFact::Credits,
        Spec(
            Number,
            false,
            "Open credit notes and unallocated cash, as a positive amount",
            "Abonos y cobros sin aplicar pendientes, como importe positivo",
        ),
    ),
    (
        GroupFact::Country,
        Spec(
            Text,
            false,
            "Country of the account, ISO 3166 in capitals; empty if unknown",
            "País de la cuenta, ISO 3166 en mayúsculas; vacío si se desconoce",
        ),
    ),
    (
        GroupFact::Currency,
        Spec(
            Text,
            false,
            "Currency of the group's items, ISO 4217",
            "Divisa de las partidas del grupo, ISO 4217",
        ),
    ),
    (
        GroupFact::DayOfMonth,
        Spec(
            Number,
            false,
            "Day of the month of the business date, 1 to 31",
            "Día del mes de la fecha de negocio, de 1 a 31",
        ),
    ),
    (
        GroupFact::DaysOverdueMax,
        Spec(
            Number,
            false,
            "Days past due of the oldest claimed item, 0 if none",
            "Días de mora de la partida reclamada más antigua, 0 si no hay",
        ),
    ),
    (
        GroupFact::ItemCount,
        Spec(
            Number,
            false,
            "Number of overdue items that are claimed",
            "Número de partidas vencidas que se reclaman",
        ),
    ),
    (
        GroupFact::Language,
        Spec(
            Text,
            false,
            "Language of the account, ISO 639-1; empty if unknown",
            "Idioma de la cuenta, ISO 639-1; vacío si se desconoce",
        ),
    ),
    (
        GroupFact::LastContactDays,
        Spec(
            Number,
            true,
            "Days since the last message really sent to the group; none if never",
            "Días desde el último mensaje realmente enviado al grupo; ninguno si nunca",
        ),
    ),
    (
        GroupFact::LastStep,
        Spec(
            Number,
            false,
            "Highest step sent for any open item, 0 if none",
            "Paso más alto enviado para alguna partida abierta, 0 si ninguno",
        ),
    ),
    (
        GroupFact::LeftOutCount,
        Spec(
            Number,
            false,
            "Number of open items left out: blocked, disputed, under an instrument",
            "Número de partidas excluidas: bloqueadas, en incidencia, con efecto",
        ),
    ),
    (
        GroupFact::Month,
        Spec(Number, false, "Month of the business date, 1 to 12", "Mes de la fecha de negocio, de 1 a 12"),
    ),
    (
        GroupFact::NetOverdue,
        Spec(
            Number,
            false,
            "total_overdue less credits; may be negative",
            "total_overdue menos credits; puede ser negativo",
        ),
    ),
    (
        GroupFact::OpenItemCount,
        Spec(
            Number,
            false,
            "Number of open debit items, due or not",
            "Número de partidas deudoras abiertas, vencidas o no",
        ),
    ),
    (
        GroupFact::Portfolio,
        Spec(Text, false, "Code of the portfolio; empty if none", "Código de la cartera; vacío si no hay"),
    ),
    (
        GroupFact::Segment,
        Spec(Text, false, "Segment of the account; empty if none", "Segmento de la cuenta; vacío si no hay"),
    ),
    (
        GroupFact::TotalOpen,
        Spec(
            Number,
            false,
            "Sum of the open debit items, due or not",
            "Suma de las partidas deudoras abiertas, vencidas o no",
        ),
    ),
    (
        GroupFact::TotalOverdue,
        Spec(
            Number,
            false,
            "Sum of the overdue items that are claimed",
            "Suma de las partidas vencidas que se reclaman",
        ),
    ),
    (
        GroupFact::Weekday,
        Spec(
            Number,
            false,
            "Weekday of the business date, 1 (Monday) to 7",
            "Día de la semana de la fecha de negocio, de 1 (lunes) a 7",
        ),
    ),
];

const ITEM: &[(ItemFact, Spec)] = &[
    (
        ItemFact::DaysOverdue,
        Spec(
            Number,
            false,
            "Days past the due date, 0 until then",
            "Días tras el vencimiento, 0 hasta entonces",
        ),
    ),
    (
        ItemFact::DaysSinceIssue,
        Spec(Number, false, "Days since the date of issue", "Días desde la fecha de emisión"),
    ),
    (
        ItemFact::DaysSinceLastStep,
        Spec(
            Number,
            true,
            "Days since the item's last step was sent; none if never",
            "Días desde que se envió el último paso de la partida; ninguno si nunca",
        ),
    ),
    (
        ItemFact::DaysUntilDue,
        Spec(
            Number,
            false,
            "Days until the due date, 0 from then on",
            "Días hasta el vencimiento, 0 a partir de entonces",
        ),
    ),
    (
        ItemFact::DaysUntilExpectedPay,
        Spec(
            Number,
            true,
            "Days until the expected pay date, 0 from then on; none if unknown",
            "Días hasta la fecha prevista de pago, 0 a partir de entonces; ninguno si se desconoce",
        ),
    ),
    (ItemFact::Kind, Spec(Text, false, "Kind of receivable", "Clase de partida")),
    (
        ItemFact::LastStep,
        Spec(
            Number,
            false,
            "Number of the item's last step sent, 0 if none",
            "Número del último paso enviado de la partida, 0 si ninguno",
        ),
    ),
    (
        ItemFact::OpenAmount,
        Spec(
            Number,
            false,
            "Open amount, less what payment instruments stand for",
            "Importe pendiente, menos lo que cubren efectos",
        ),
    ),
    (ItemFact::OriginalAmount, Spec(Number, false, "Original amount", "Importe original")),
    (
        ItemFact::PartPaid,
        Spec(
            Bool,
            false,
            "Whether less is open than was owed at first",
            "Si queda pendiente menos que el importe original",
        ),
    ),
];
