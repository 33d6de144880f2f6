//! The features of a receivable: what was known of it and of its customer before a day, and nothing later.

use chrono::Datelike as _;
use kernel::Date;

use crate::history::{History, Item};
use crate::number;

/// Which set of features this is. A model is used only with the set it was trained on.
pub const VERSION: u32 = 2;

/// How many of a customer's items are looked back on.
const ITEMS_MAX: usize = 500;
/// Of how many payments the recent behaviour is made.
const RECENT: usize = 5;
/// Days late beyond these say no more than these do.
pub(crate) const DAYS: (f64, f64) = (-90.0, 365.0);

/// A feature: its name and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub en: &'static str,
    pub es: &'static str,
}

/// How many features there are.
pub const COUNT: usize = 27;

macro_rules! columns {
    ($($name:literal, $en:literal, $es:literal;)*) => {
        /// Every feature, in the order of their values.
        pub const COLUMNS: [Column; COUNT] = [$(Column { name: $name, en: $en, es: $es }),*];
    };
}

columns! {
    "terms_days", "days from issue to due date", "días desde la emisión hasta el vencimiento";
    "days_to_due", "days to the due date", "días hasta el vencimiento";
    "amount", "amount, against what is usual in its currency", "importe, frente a lo habitual en su divisa";
    "amount_against_own", "amount, against what the customer usually buys", "importe, frente a lo que el cliente suele comprar";
    "due_day", "day of the month of the due date", "día del mes del vencimiento";
    "due_weekend", "due on a weekend", "vence en fin de semana";
    "due_monday", "due on a Monday", "vence en lunes";
    "due_friday", "due on a Friday", "vence en viernes";
    "due_month_sin", "season of the due date", "época del año del vencimiento";
    "due_month_cos", "season of the due date", "época del año del vencimiento";
    "customer_days", "days since the customer's first invoice", "días desde la primera factura del cliente";
    "customer_items", "invoices of the customer before", "facturas anteriores del cliente";
    "customer_new", "nothing of the customer was paid before", "el cliente no había pagado nada antes";
    "late_ratio", "part of the customer's payments that were late", "parte de los cobros del cliente con retraso";
    "late_30_ratio", "part of them more than 30 days late", "parte de ellos con más de 30 días de retraso";
    "days_late_mean", "mean days late of the customer", "media de días de retraso del cliente";
    "days_late_median", "median days late of the customer", "mediana de días de retraso del cliente";
    "days_late_left", "median days late of the customer, or the days past due that have gone by already", "mediana de días de retraso del cliente, o los días de mora ya transcurridos";
    "days_late_recent", "days late of the customer's last payments", "días de retraso de los últimos cobros del cliente";
    "days_late_last", "days late of the customer's last payment", "días de retraso del último cobro del cliente";
    "days_to_pay", "days from issue to payment of the customer, against the terms", "días desde la emisión hasta el cobro del cliente, frente al plazo";
    "days_since_payment", "days since the customer's last payment", "días desde el último cobro del cliente";
    "open_items", "open invoices of the customer then", "facturas abiertas del cliente entonces";
    "overdue_items", "overdue invoices of the customer then", "facturas vencidas del cliente entonces";
    "overdue_days_max", "days past due of the oldest of them", "días de mora de la más antigua de ellas";
    "disputed", "in dispute then", "en incidencia entonces";
    "disputed_ratio", "part of the customer's invoices that came into dispute", "parte de las facturas del cliente con incidencia";
}

/// How the customer had paid before a day: what the second baseline goes by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Past {
    /// Items paid on a known day.
    pub paid: usize,
    pub late: usize,
    pub late_30: usize,
    pub median_days_late: Option<f64>,
}

/// The values of all features; what is not known is no number (`NaN`).
#[derive(Debug, Clone, Copy)]
pub struct Features {
    pub(crate) values: [f64; COUNT],
    pub past: Past,
}

impl Features {
    /// Values by name, for people and tests.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, Option<f64>)> {
        let known = |value: &f64| value.is_finite().then_some(*value);
        COLUMNS.iter().zip(&self.values).map(move |(column, value)| (column.name, known(value)))
    }
}

/// What was known of an item and its customer before the day `at`. The item's own issue date, due date and amount are known
/// by then: `at` is its day of issue or a later one.
pub fn features(history: &History, item: &Item, at: Date) -> Features {
    let before = history.issued_before(at, ITEMS_MAX);
    let others = before.iter().filter(|other| other.id != item.id).collect::<Vec<_>>();
    let paid = Payments::of(&others, at);
    let open = others.iter().filter(|o| o.is_open_before(at)).copied().collect::<Vec<_>>();
    let overdue = open.iter().map(|o| number::days(o.due_before(at), at)).filter(|d| *d > 0.0);
    let overdue = overdue.collect::<Vec<_>>();
    let due = item.due_before(at);
    let season = f64::from(due.month0()) / 12.0 * std::f64::consts::TAU;
    let weekday = due.weekday().num_days_from_monday();
    let first = others.first().map_or(item.issue_on, |o| o.issue_on);
    let values = [
        number::days(item.issue_on, due),
        number::days(at, due),
        number::amount(item.amount).max(0.01).ln(),
        against_own(&others, item),
        f64::from(due.day()),
        flag(weekday >= 5),
        flag(weekday == 0),
        flag(weekday == 4),
        season.sin(),
        season.cos(),
        number::days(first, at).max(0.0).ln_1p(),
        number::count(others.len()).ln_1p(),
        flag(paid.days.is_empty()),
        paid.ratio(0.0),
        paid.ratio(30.0),
        paid.mean(usize::MAX),
        paid.median.map_or(f64::NAN, number::log_days),
        paid.median.map_or(f64::NAN, |days| number::log_days(days.max(number::days(due, at)))),
        paid.mean(RECENT),
        paid.mean(1),
        paid.beyond_terms,
        paid.last_on.map_or(f64::NAN, |on| number::days(on, at).max(0.0).ln_1p()),
        number::count(open.len()).ln_1p(),
        number::count(overdue.len()).ln_1p(),
        overdue.iter().copied().fold(0.0, f64::max).ln_1p(),
        flag(item.disputed_on.is_some_and(|on| on < at)),
        disputed(&others, at),
    ];
    Features { values, past: paid.past() }
}

fn flag(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

fn against_own(others: &[&Item], item: &Item) -> f64 {
    let same = others.iter().filter(|o| o.currency == item.currency);
    let mut logs = same.map(|o| number::amount(o.amount).max(0.01).ln()).collect::<Vec<_>>();
    number::median(&mut logs).map_or(f64::NAN, |usual| number::amount(item.amount).max(0.01).ln() - usual)
}

fn disputed(others: &[&Item], at: Date) -> f64 {
    let seen = others.iter().filter(|o| o.disputed_on.is_some_and(|on| on < at)).count();
    number::count(seen) / (number::count(others.len()) + 1.0)
}

/// What the customer had paid before a day, in the order of payment.
struct Payments {
    days: Vec<f64>,
    median: Option<f64>,
    last_on: Option<Date>,
    /// Mean of the days to payment beyond the terms given at issue.
    beyond_terms: f64,
}

impl Payments {
    fn of(others: &[&Item], at: Date) -> Self {
        let mut paid = others.iter().filter_map(|o| Some((o.closed_before(at)?, *o))).collect::<Vec<_>>();
        paid.sort_by_key(|(on, item)| (*on, item.id));
        let clip = |days: f64| days.clamp(DAYS.0, DAYS.1);
        let days = paid.iter().map(|(on, o)| clip(number::days(o.due_before(at), *on))).collect::<Vec<_>>();
        let beyond = paid
            .iter()
            .map(|(on, o)| number::log_days(clip(number::days(o.due_on, *on))))
            .collect::<Vec<_>>();
        Self {
            median: number::median(&mut days.clone()),
            last_on: paid.last().map(|(on, _)| *on),
            beyond_terms: number::mean(&beyond).unwrap_or(f64::NAN),
            days,
        }
    }

    fn later_than(&self, days: f64) -> usize {
        self.days.iter().filter(|d| **d > days).count()
    }

    /// As if one payment more had been late and one more in time: few payments prove little.
    fn ratio(&self, days: f64) -> f64 {
        if self.days.is_empty() {
            return f64::NAN;
        }
        (number::count(self.later_than(days)) + 1.0) / (number::count(self.days.len()) + 2.0)
    }

    fn mean(&self, last: usize) -> f64 {
        let from = self.days.len().saturating_sub(last);
        let logs = self.days.iter().skip(from).map(|d| number::log_days(*d)).collect::<Vec<_>>();
        number::mean(&logs).unwrap_or(f64::NAN)
    }

    fn past(&self) -> Past {
        Past {
            paid: self.days.len(),
            late: self.later_than(0.0),
            late_30: self.later_than(30.0),
            median_days_late: self.median,
        }
    }
}
