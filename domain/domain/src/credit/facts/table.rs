//! The words of the fact schema, in the order of the paths.

use crate::rules::facts::FactType::{self, Bool, Number, Text};

/// What is fixed about a fact.
pub(super) struct Spec {
    pub(super) of: FactType,
    pub(super) nullable: bool,
    /// Of a text: the values it can take; any when empty.
    pub(super) values: &'static [&'static str],
    pub(super) en: &'static str,
    pub(super) es: &'static str,
}

const KNOWN: bool = false;
const NULLABLE: bool = true;

/// Declares the facts: variant, path, type, whether it can be unknown, English, Spanish, values.
macro_rules! facts {
    ($($variant:ident, $path:literal, $of:ident, $nullable:ident, $values:expr, $en:literal, $es:literal;)*) => {
        kernel::text_enum! {
            /// A fact of credit. Its text form is the path by which an expression reads it.
            pub enum Fact { $($variant = $path),* }
        }

        impl Fact {
            pub(super) fn spec(self) -> Spec {
                match self {
                    $(Self::$variant => Spec { of: $of, nullable: $nullable, values: &$values, en: $en, es: $es }),*
                }
            }
        }
    };
}

facts! {
    AccountCurrency, "account.currency", Text, KNOWN, [],
        "Currency of the account, ISO 4217; empty for a party or a group",
        "Divisa de la cuenta, ISO 4217; vacía para un tercero o un grupo";
    AccountPaymentTermsDays, "account.payment_terms_days", Number, NULLABLE, [],
        "Days of payment agreed with the account; none if not stated",
        "Días de pago acordados con la cuenta; ninguno si no constan";
    AccountPortfolio, "account.portfolio", Text, KNOWN, [],
        "Code of the portfolio; empty if none",
        "Código de la cartera; vacío si no hay";
    AccountSegment, "account.segment", Text, KNOWN, [],
        "Segment of the account; empty if none",
        "Segmento de la cuenta; vacío si no hay";
    BehaviourBouncedMessages, "behaviour.bounced_messages", Number, KNOWN, [],
        "Messages that came back in the last 90 days",
        "Mensajes devueltos en los últimos 90 días";
    BehaviourBrokenPromises, "behaviour.broken_promises", Number, KNOWN, [],
        "Promises to pay broken in the last 180 days",
        "Promesas de pago incumplidas en los últimos 180 días";
    BehaviourDaysBeyondExpected, "behaviour.days_beyond_expected", Number, NULLABLE, [],
        "Days between expected pay date and payment, weighted by amount, over 365 days; negative when early; none if nothing was paid",
        "Días entre la fecha prevista de pago y el cobro, ponderados por importe, en 365 días; negativo si se anticipa; ninguno si nada se ha cobrado";
    BehaviourDaysLate180, "behaviour.days_late_180", Number, NULLABLE, [],
        "Days late of what was paid in the last 180 days, weighted by amount; none if nothing was",
        "Días de retraso de lo cobrado en los últimos 180 días, ponderados por importe; ninguno si nada se ha cobrado";
    BehaviourDaysLate365, "behaviour.days_late_365", Number, NULLABLE, [],
        "Days late of what was paid in the last 365 days, weighted by amount; none if nothing was",
        "Días de retraso de lo cobrado en los últimos 365 días, ponderados por importe; ninguno si nada se ha cobrado";
    BehaviourDaysLate90, "behaviour.days_late_90", Number, NULLABLE, [],
        "Days late of what was paid in the last 90 days, weighted by amount; none if nothing was",
        "Días de retraso de lo cobrado en los últimos 90 días, ponderados por importe; ninguno si nada se ha cobrado";
    BehaviourDaysLateMax, "behaviour.days_late_max", Number, NULLABLE, [],
        "Largest number of days late among what was paid in the last 365 days; none if nothing was",
        "Mayor número de días de retraso entre lo cobrado en los últimos 365 días; ninguno si nada se ha cobrado";
    BehaviourDaysLateTrend, "behaviour.days_late_trend", Number, NULLABLE, [],
        "Days late of the last 90 days less those of the 275 days before: positive when the customer pays later and later; none with fewer than two items on a side",
        "Retraso de los últimos 90 días menos el de los 275 anteriores: positivo si el cliente paga cada vez más tarde; ninguno con menos de dos partidas en un lado";
    BehaviourDisputes, "behaviour.disputes", Number, KNOWN, [],
        "Items in dispute now",
        "Partidas en incidencia ahora";
    BehaviourNewDisputes, "behaviour.new_disputes", Number, KNOWN, [],
        "Items that came into dispute in the last 30 days and still are",
        "Partidas que entraron en incidencia en los últimos 30 días y siguen en ella";
    BehaviourOnTimeRatio, "behaviour.on_time_ratio", Number, NULLABLE, [],
        "Part of the amount paid in the last 365 days that was on time, 0 to 1; none if nothing was paid",
        "Parte del importe cobrado en los últimos 365 días que llegó a tiempo, de 0 a 1; ninguna si nada se ha cobrado";
    BehaviourPaidCount, "behaviour.paid_count", Number, KNOWN, [],
        "Items paid in the last 365 days with a known date",
        "Partidas cobradas en los últimos 365 días con fecha conocida";
    BehaviourPayDays365, "behaviour.pay_days_365", Number, NULLABLE, [],
        "Days from invoice to payment of what was paid in the last 365 days, weighted by amount; none if nothing was",
        "Días de la factura al cobro de lo cobrado en los últimos 365 días, ponderados por importe; ninguno si nada se ha cobrado";
    BehaviourReturns, "behaviour.returns", Number, KNOWN, [],
        "Bills, promissory notes and debits returned in the last 365 days",
        "Efectos, pagarés y adeudos devueltos en los últimos 365 días";
    CoverAmount, "cover.amount", Number, KNOWN, [],
        "Amount that insurance and guarantees would pay for the exposure",
        "Importe que seguro y garantías pagarían por el riesgo";
    CoverRatio, "cover.ratio", Number, NULLABLE, [],
        "cover.amount divided by exposure.total; none without exposure",
        "cover.amount dividido entre exposure.total; ninguno sin riesgo";
    ExposureCredits, "exposure.credits", Number, KNOWN, [],
        "Credit notes and unallocated cash, as a positive amount",
        "Abonos y cobros sin aplicar, como importe positivo";
    ExposureDaysOverdueMax, "exposure.days_overdue_max", Number, KNOWN, [],
        "Days past due of the oldest open item that is not disputed, payments that came back included; 0 if none is overdue",
        "Días de mora de la partida abierta más antigua no impugnada, pagos devueltos incluidos; 0 si no hay vencidas";
    ExposureDeliveries, "exposure.deliveries", Number, KNOWN, [],
        "Delivered and not yet invoiced",
        "Entregado y aún no facturado";
    ExposureDisputed, "exposure.disputed", Number, KNOWN, [],
        "Open items in dispute",
        "Partidas abiertas en incidencia";
    ExposureInstruments, "exposure.instruments", Number, KNOWN, [],
        "Bills and confirming not yet matured, and discounted paper with recourse",
        "Efectos y confirming no vencidos, y papel descontado con recurso";
    ExposureNow, "exposure.now", Number, KNOWN, [],
        "Exposure of what is delivered or invoiced already: without orders and reservations",
        "Riesgo de lo ya entregado o facturado: sin pedidos ni reservas";
    ExposureOpen, "exposure.open", Number, KNOWN, [],
        "Open items, due or not",
        "Partidas abiertas, vencidas o no";
    ExposureOrders, "exposure.orders", Number, KNOWN, [],
        "Orders confirmed and not delivered",
        "Pedidos confirmados y no entregados";
    ExposureOverdue, "exposure.overdue", Number, KNOWN, [],
        "Open items past their due date",
        "Partidas abiertas vencidas";
    ExposureProjected, "exposure.projected", Number, KNOWN, [],
        "exposure.now with the orders and reservations that will add to it",
        "exposure.now con los pedidos y reservas que se le sumarán";
    ExposureReserved, "exposure.reserved", Number, KNOWN, [],
        "Reserved by credit checks and not yet ordered",
        "Reservado por comprobaciones de crédito y aún no pedido";
    ExposureReturned, "exposure.returned", Number, KNOWN, [],
        "Payments that came back and are owed again",
        "Pagos devueltos que se deben de nuevo";
    ExposureTotal, "exposure.total", Number, KNOWN, [],
        "The exposure that counts against the limit, as the credit policy adds it up",
        "El riesgo que consume límite, tal como lo suma la política de crédito";
    ExposureUtilisation, "exposure.utilisation", Number, NULLABLE, [],
        "exposure.total divided by limit.total; none without a limit",
        "exposure.total dividido entre limit.total; ninguna sin límite";
    ExternalDowngraded, "external.downgraded", Bool, KNOWN, [],
        "Whether the latest external rating is worse than the one before it",
        "Si la última calificación externa es peor que la anterior";
    ExternalPosition, "external.position", Number, NULLABLE, [],
        "Place of the latest external rating on its scale, 0 the best and 1 the worst; none without a grade",
        "Lugar de la última calificación externa en su escala, 0 la mejor y 1 la peor; ninguno sin grado";
    ExternalProbability, "external.probability", Number, NULLABLE, [],
        "Probability of failure within a year by the latest external rating, 0 to 1; none if it states none",
        "Probabilidad de impago a un año según la última calificación externa, de 0 a 1; ninguna si no la indica";
    ExternalRating, "external.rating", Text, KNOWN, [],
        "Class of the latest external rating; empty if none",
        "Clase de la última calificación externa; vacía si no hay";
    ExternalRatingAgeDays, "external.rating_age_days", Number, NULLABLE, [],
        "Age of the latest external rating in days; none if there is none",
        "Antigüedad de la última calificación externa en días; ninguna si no hay";
    HolderCurrency, "holder.currency", Text, KNOWN, [],
        "Currency of all amounts here, ISO 4217",
        "Divisa de todos los importes de aquí, ISO 4217";
    HolderKind, "holder.kind", Text, KNOWN, ["account", "party", "group"],
        "Whose risk this is",
        "De quién es este riesgo";
    LapsedCoverDays, "lapsed.cover_days", Number, NULLABLE, [],
        "Days since the last cover of the holder ended; none while each account has some, its party's or group's counting, or if there never was any",
        "Días desde que acabó la última cobertura del titular; ninguno si cada cuenta tiene alguna, contando la del tercero o grupo, o si nunca hubo";
    LapsedLimitDays, "lapsed.limit_days", Number, NULLABLE, [],
        "Days since the last limit of the holder ended; none while each account has one, its party's, group's or segment's counting, or if there never was one",
        "Días desde que acabó el último límite del titular; ninguno si cada cuenta tiene uno, contando el del tercero, grupo o segmento, o si nunca hubo";
    LimitDaysToExpiry, "limit.days_to_expiry", Number, NULLABLE, [],
        "Days until the first of the limits in force ends, 0 on its last day; none if none ends",
        "Días hasta que acabe el primero de los límites vigentes, 0 en su último día; ninguno si no acaba";
    LimitDaysToGuaranteeExpiry, "limit.days_to_guarantee_expiry", Number, NULLABLE, [],
        "Days until the first guarantee ends, 0 on its last day; none if none does",
        "Días hasta que acabe la primera garantía, 0 en su último día; ninguno si no acaba";
    LimitDaysToReview, "limit.days_to_review", Number, NULLABLE, [],
        "Days until the limit is to be reviewed, negative once late; none if no review is set",
        "Días hasta la revisión del límite, negativo si va con retraso; ninguno si no hay revisión prevista";
    LimitGuaranteed, "limit.guaranteed", Number, KNOWN, [],
        "Limit that rests on guarantees",
        "Límite que descansa en garantías";
    LimitHeadroom, "limit.headroom", Number, NULLABLE, [],
        "limit.total less exposure.total, negative when exceeded; none without a limit",
        "limit.total menos exposure.total, negativo si se excede; ninguno sin límite";
    LimitInsured, "limit.insured", Number, KNOWN, [],
        "Limit that an insurer grants",
        "Límite que concede una aseguradora";
    LimitOwn, "limit.own", Number, KNOWN, [],
        "Limit at the own risk of the legal entity",
        "Límite a riesgo propio de la sociedad";
    LimitTemporary, "limit.temporary", Number, KNOWN, [],
        "Limit granted for some time on top",
        "Límite adicional concedido por un tiempo";
    LimitTotal, "limit.total", Number, NULLABLE, [],
        "All limits in force together; none if no limit is set, which is not the same as zero",
        "Todos los límites vigentes juntos; ninguno si no hay límite, que no es lo mismo que cero";
    ModelExpectedDaysLate, "model.expected_days_late", Number, NULLABLE, [],
        "Days late that the model expects, weighted by amount; none if it abstains",
        "Días de retraso que espera el modelo, ponderados por importe; ninguno si se abstiene";
    ModelProbabilityLate, "model.probability_late", Number, NULLABLE, [],
        "Probability of paying late, 0 to 1; none if the model abstains",
        "Probabilidad de pagar tarde, de 0 a 1; ninguna si el modelo se abstiene";
    ModelProbabilityLate30, "model.probability_late_30", Number, NULLABLE, [],
        "Probability of paying more than 30 days late, 0 to 1; none if the model abstains",
        "Probabilidad de pagar con más de 30 días de retraso, de 0 a 1; ninguna si el modelo se abstiene";
    PartyAgeDays, "party.age_days", Number, NULLABLE, [],
        "Days since the first invoice; none if there never was one",
        "Días desde la primera factura; ninguno si nunca hubo";
    PartyCountry, "party.country", Text, KNOWN, [],
        "Country of the party, ISO 3166 in capitals; empty if unknown",
        "País del tercero, ISO 3166 en mayúsculas; vacío si se desconoce";
    PartyDaysOverdueMax, "party.days_overdue_max", Number, KNOWN, [],
        "exposure.days_overdue_max of all customer numbers that count as one party with the holder; of a group those of its head",
        "exposure.days_overdue_max de todos los números de cliente que cuentan como un tercero con el titular; de un grupo, los de su cabecera";
    PartyDoubtful, "party.doubtful", Bool, KNOWN, [],
        "Whether somebody classed the party as doubtful, by hand",
        "Si alguien ha clasificado al tercero como dudoso, a mano";
    PartyInsolvent, "party.insolvent", Bool, KNOWN, [],
        "Whether an insolvency of the party is known",
        "Si consta la insolvencia del tercero";
    PartyIntercompany, "party.intercompany", Bool, KNOWN, [],
        "Whether the party belongs to our own group",
        "Si el tercero pertenece a nuestro propio grupo";
    PartyKind, "party.kind", Text, KNOWN, ["", "company", "person", "public_body"],
        "Kind of party; empty if unknown",
        "Clase de tercero; vacía si se desconoce";
    PartyOverdue, "party.overdue", Number, KNOWN, [],
        "exposure.overdue of all customer numbers that count as one party with the holder; of a group those of its head",
        "exposure.overdue de todos los números de cliente que cuentan como un tercero con el titular; de un grupo, los de su cabecera";
    PartySegment, "party.segment", Text, KNOWN, [],
        "Segment of the party, such as its sector; empty if none",
        "Segmento del tercero, como su sector; vacío si no hay";
    PartyVulnerable, "party.vulnerable", Bool, KNOWN, [],
        "Whether the party is marked as vulnerable",
        "Si el tercero está marcado como vulnerable";
    RatiosCurrent, "ratios.current", Number, NULLABLE, [],
        "Current assets divided by current liabilities; none without a statement",
        "Activo corriente entre pasivo corriente; ninguno sin cuentas";
    RatiosDebtToEquity, "ratios.debt_to_equity", Number, NULLABLE, [],
        "Liabilities divided by equity; none without a statement or equity",
        "Pasivo entre patrimonio neto; ninguno sin cuentas o sin patrimonio";
    RatiosEbitdaMargin, "ratios.ebitda_margin", Number, NULLABLE, [],
        "EBITDA divided by turnover; none without a statement",
        "EBITDA entre cifra de negocios; ninguno sin cuentas";
    RatiosEquityRatio, "ratios.equity_ratio", Number, NULLABLE, [],
        "Equity divided by total assets; none without a statement",
        "Patrimonio neto entre activo total; ninguno sin cuentas";
    RatiosInterestCover, "ratios.interest_cover", Number, NULLABLE, [],
        "Operating profit divided by interest; none without a statement or interest",
        "Resultado de explotación entre gastos financieros; ninguno sin cuentas o sin intereses";
    RatiosNetWorth, "ratios.net_worth", Number, NULLABLE, [],
        "Equity of the latest statement; none without one",
        "Patrimonio neto de las últimas cuentas; ninguno si no hay";
    RatiosPayableDays, "ratios.payable_days", Number, NULLABLE, [],
        "Days the customer takes to pay its own suppliers, by its latest statement; none without one",
        "Días que tarda el cliente en pagar a sus proveedores, según sus últimas cuentas; ninguno si no hay";
    RatiosProfitMargin, "ratios.profit_margin", Number, NULLABLE, [],
        "Net profit divided by turnover; none without a statement",
        "Resultado neto entre cifra de negocios; ninguno sin cuentas";
    RatiosQuick, "ratios.quick", Number, NULLABLE, [],
        "Current assets less stock, divided by current liabilities; none without a statement",
        "Activo corriente menos existencias, entre pasivo corriente; ninguno sin cuentas";
    RatiosReturnOnAssets, "ratios.return_on_assets", Number, NULLABLE, [],
        "Net profit divided by total assets; none without a statement",
        "Resultado neto entre activo total; ninguno sin cuentas";
    RatiosStatementAgeDays, "ratios.statement_age_days", Number, NULLABLE, [],
        "Days since the closing date of the latest statement; none without one",
        "Días desde el cierre de las últimas cuentas; ninguno si no hay";
    RatiosTurnover, "ratios.turnover", Number, NULLABLE, [],
        "Turnover of the latest statement; none without one",
        "Cifra de negocios de las últimas cuentas; ninguna si no hay";
    RatiosZScore, "ratios.z_score", Number, NULLABLE, [],
        "Altman Z″ for private firms outside manufacturing: above 2.60 safe, below 1.10 in distress; none without a statement",
        "Z″ de Altman para empresas no cotizadas ni manufactureras: más de 2,60 es seguro, menos de 1,10 es alarmante; ninguno sin cuentas";
    RequestAmount, "request.amount", Number, KNOWN, [],
        "Amount asked for",
        "Importe solicitado";
    RequestCheckpoint, "request.checkpoint", Text, KNOWN, ["", "quote", "order", "pick", "ship", "invoice"],
        "Where in the sale the question is asked; empty in an application",
        "En qué momento de la venta se pregunta; vacío en una solicitud";
    RequestCurrency, "request.currency", Text, KNOWN, [],
        "Currency in which it was asked for, before conversion",
        "Divisa en que se solicitó, antes de la conversión";
    RequestTermsDays, "request.terms_days", Number, NULLABLE, [],
        "Days of payment asked for; none if not stated",
        "Días de pago solicitados; ninguno si no constan";
    ScoreChange, "score.change", Number, NULLABLE, [],
        "Points gained or lost since the score before; none without one",
        "Puntos ganados o perdidos desde la puntuación anterior; ninguno si no hay";
    ScoreClass, "score.class", Text, KNOWN, [],
        "Class of the score in force; empty if never scored",
        "Clase de la puntuación vigente; vacía si nunca se puntuó";
    ScorePoints, "score.points", Number, NULLABLE, [],
        "Points of the score in force; none if never scored",
        "Puntos de la puntuación vigente; ninguno si nunca se puntuó";
}
