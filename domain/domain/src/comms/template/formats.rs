//! How amounts and dates are written in a language.
//!
//! Spanish and English are the product's own; the other languages are there because templates in them are data that
//! customers add. A language that is not listed is written in the neutral form `1234.56 EUR` and `2026-06-30`, which
//! nobody misreads.

use chrono::Datelike as _;
use kernel::{Date, Decimal, Money};

use crate::comms::LanguageTag;

/// The forms of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Formats {
    group: &'static str,
    decimal: &'static str,
    currency_first: bool,
    months: Option<&'static Months>,
}

/// Months as they stand in a date, and what stands between day, month and year.
#[derive(Debug, PartialEq, Eq)]
struct Months {
    names: [&'static str; 12],
    after_day: &'static str,
    after_month: &'static str,
    month_first: bool,
}

static NEUTRAL: Formats = Formats { group: "", decimal: ".", currency_first: false, months: None };
static SPANISH: Formats =
    Formats { group: ".", decimal: ",", currency_first: false, months: Some(&SPANISH_MONTHS) };
/// The parts of America where the decimal sign is a point.
static SPANISH_POINT: Formats =
    Formats { group: ",", decimal: ".", currency_first: false, months: Some(&SPANISH_MONTHS) };
static ENGLISH: Formats =
    Formats { group: ",", decimal: ".", currency_first: true, months: Some(&ENGLISH_MONTHS) };
static AMERICAN: Formats =
    Formats { group: ",", decimal: ".", currency_first: true, months: Some(&AMERICAN_MONTHS) };
static CATALAN: Formats =
    Formats { group: ".", decimal: ",", currency_first: false, months: Some(&CATALAN_MONTHS) };
static PORTUGUESE: Formats =
    Formats { group: ".", decimal: ",", currency_first: false, months: Some(&PORTUGUESE_MONTHS) };
/// Digits are grouped by a space that does not break.
static FRENCH: Formats =
    Formats { group: "\u{a0}", decimal: ",", currency_first: false, months: Some(&FRENCH_MONTHS) };
static ITALIAN: Formats =
    Formats { group: ".", decimal: ",", currency_first: false, months: Some(&ITALIAN_MONTHS) };
static GERMAN: Formats =
    Formats { group: ".", decimal: ",", currency_first: false, months: Some(&GERMAN_MONTHS) };

static SPANISH_MONTHS: Months = Months {
    names: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    after_day: " de ",
    after_month: " de ",
    month_first: false,
};
static ENGLISH_MONTHS: Months = Months {
    names: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    after_day: " ",
    after_month: " ",
    month_first: false,
};
static AMERICAN_MONTHS: Months =
    Months { names: ENGLISH_MONTHS.names, after_day: ", ", after_month: " ", month_first: true };
static CATALAN_MONTHS: Months = Months {
    names: [
        "de gener",
        "de febrer",
        "de març",
        "d’abril",
        "de maig",
        "de juny",
        "de juliol",
        "d’agost",
        "de setembre",
        "d’octubre",
        "de novembre",
        "de desembre",
    ],
    after_day: " ",
    after_month: " de ",
    month_first: false,
};
static PORTUGUESE_MONTHS: Months = Months {
    names: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    after_day: " de ",
    after_month: " de ",
    month_first: false,
};
static FRENCH_MONTHS: Months = Months {
    names: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    after_day: " ",
    after_month: " ",
    month_first: false,
};
static ITALIAN_MONTHS: Months = Months {
    names: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    after_day: " ",
    after_month: " ",
    month_first: false,
};
static GERMAN_MONTHS: Months = Months {
    names: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    after_day: ". ",
    after_month: " ",
    month_first: false,
};

impl Formats {
    /// The forms of a language, in its region where that makes a difference.
    pub fn of(tag: LanguageTag) -> &'static Self {
        match tag.language().as_str() {
            "es" => match tag.region() {
                "MX" | "US" | "GT" | "HN" | "NI" | "SV" | "PA" | "DO" | "PR" | "PE" => &SPANISH_POINT,
                _ => &SPANISH,
            },
            "en" if tag.region() == "US" => &AMERICAN,
            "en" => &ENGLISH,
            "ca" => &CATALAN,
            "pt" => &PORTUGUESE,
            "fr" => &FRENCH,
            "it" => &ITALIAN,
            "de" => &GERMAN,
            _ => &NEUTRAL,
        }
    }

    /// `1.234,56 EUR` or `EUR 1,234.56`: at least the digits of the currency, and never fewer than the amount has.
    pub fn money(&self, money: Money) -> String {
        let digits = self.digits(money);
        let currency = money.currency;
        if self.currency_first { format!("{currency} {digits}") } else { format!("{digits} {currency}") }
    }

    /// `30 de junio de 2026` or `30 June 2026`.
    pub fn date(&self, date: Date) -> String {
        let index = usize::try_from(date.month0()).unwrap_or_default();
        let Some((months, name)) = self.months.and_then(|m| m.names.get(index).map(|name| (m, name))) else {
            return date.to_string();
        };
        let Months { after_day, after_month, month_first, .. } = months;
        let (day, year) = (date.day(), date.year());
        if *month_first {
            return format!("{name}{after_month}{day}{after_day}{year}");
        }
        format!("{day}{after_day}{name}{after_month}{year}")
    }

    fn digits(&self, money: Money) -> String {
        let mut amount: Decimal = money.amount.abs().normalize();
        amount.rescale(amount.scale().max(money.currency.exponent()));
        let text = amount.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let sign = if money.amount.is_sign_negative() && !money.amount.is_zero() { "-" } else { "" };
        let whole = self.grouped(whole);
        if fraction.is_empty() {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}{}{fraction}", self.decimal)
    }

    fn grouped(&self, whole: &str) -> String {
        let mut grouped = String::with_capacity(whole.len() * 2);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push_str(self.group);
            }
            grouped.push(digit);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn of(tag: &str) -> &'static Formats {
        Formats::of(LanguageTag::parse("language", tag).unwrap())
    }

    fn euro(text: &str) -> Money {
        Money::new(text.parse().unwrap(), Currency::EUR)
    }

    #[test]
    fn amounts_are_written_as_each_language_writes_them() {
        assert_eq!(of("es").money(euro("1234.56")), "1.234,56 EUR");
        assert_eq!(of("en").money(euro("1234.56")), "EUR 1,234.56");
        assert_eq!(of("es-MX").money(euro("1234567.8")), "1,234,567.80 EUR");
        assert_eq!(of("es").money(euro("-120")), "-120,00 EUR");
        assert_eq!(of("en").money(euro("0")), "EUR 0.00");
        assert_eq!(of("fr").money(euro("1234.5")), "1\u{a0}234,50 EUR");
        assert_eq!(of("fi").money(euro("1234.5")), "1234.50 EUR");
    }

    #[test]
    fn the_digits_follow_the_currency_and_nothing_is_rounded_away() {
        let yen = Currency::parse("currency", "JPY").unwrap();
        assert_eq!(of("es").money(Money::new(1234.into(), yen)), "1.234 JPY");
        let dinar = Currency::parse("currency", "KWD").unwrap();
        assert_eq!(of("en").money(Money::new("1.5".parse().unwrap(), dinar)), "KWD 1.500");
        assert_eq!(of("es").money(euro("0.1250")), "0,125 EUR");
    }

    #[test]
    fn dates_are_written_as_each_language_writes_them() {
        let date = "2026-06-30".parse::<Date>().unwrap();
        let written = ["es", "en", "en-US", "ca", "pt", "fr", "it", "de", "fi"].map(|tag| of(tag).date(date));
        let expected = [
            "30 de junio de 2026",
            "30 June 2026",
            "June 30, 2026",
            "30 de juny de 2026",
            "30 de junho de 2026",
            "30 juin 2026",
            "30 giugno 2026",
            "30. Juni 2026",
            "2026-06-30",
        ];
        assert_eq!(written, expected);
        assert_eq!(of("ca").date("2026-04-01".parse().unwrap()), "1 d’abril de 2026");
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_exactly(mantissa in -10_000_000_000_000_i64..10_000_000_000_000, scale in 0_u32..=4) {
            let money = Money::new(Decimal::new(mantissa, scale), Currency::EUR);
            let spanish = of("es").money(money).replace(" EUR", "").replace('.', "").replace(',', ".");
            prop_assert_eq!(spanish.parse::<Decimal>().unwrap(), money.amount);
            let english = of("en").money(money).replace("EUR ", "").replace(',', "");
            prop_assert_eq!(english.parse::<Decimal>().unwrap(), money.amount);
        }
    }
}
