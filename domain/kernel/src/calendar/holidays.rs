//! Public holidays computed from the laws that set them.

mod spain;
mod united_kingdom;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike as _, TimeDelta, Weekday};

use super::easter::easter_sunday;
use crate::registry::{Country, codes};
use crate::text_enum::TextEnum as _;
use crate::{Date, Error, Outcome};

/// Years for which the rules were checked. Outside, holidays are data that somebody enters.
pub const HOLIDAY_YEARS: RangeInclusive<i32> = 2018..=2035;

crate::text_enum! {
    /// A set of holidays that can be computed. The text form is the ISO 3166 code of the place, or the settlement system.
    pub enum HolidaySet {
        /// Nine days in all of Germany (laws of the Länder; unity day by the treaty of 1990, article 2(2)).
        Germany = "DE",
        /// Spain, days that all regions keep (RD 2001/1983, article 45).
        Spain = "ES",
        /// Catalonia, with those of Spain.
        Catalonia = "ES-CT",
        /// Madrid (region), with those of Spain.
        Madrid = "ES-MD",
        /// France (code du travail, L3133-1).
        France = "FR",
        /// Days that all parts of the United Kingdom have in common.
        UnitedKingdom = "GB",
        /// Bank holidays of England and Wales (Banking and Financial Dealings Act 1971, schedule 1, and proclamations).
        EnglandAndWales = "GB-EAW",
        /// Italy (legge 260/1949; Francis of Assisi from 2026 by legge 151/2025).
        Italy = "IT",
        /// Portugal (Código do Trabalho, article 234).
        Portugal = "PT",
        /// Closing days of the euro settlement system T2, weekends apart (ECB, since 2002).
        Target2 = "TARGET2",
    }
}

impl HolidaySet {
    /// The set of a place. `subdivision` is the part of the ISO 3166-2 code behind the hyphen.
    pub fn find(country: Country, subdivision: Option<&str>) -> Option<Self> {
        match (country.as_str(), subdivision) {
            ("GB", Some("ENG" | "WLS" | "EAW")) => Some(Self::EnglandAndWales),
            (country, Some(subdivision)) => Self::from_text(&format!("{country}-{subdivision}")),
            (country, None) => Self::from_text(country),
        }
    }

    /// Holidays of a year in order, those on weekends too, each with its name in the language of the place.
    ///
    /// # Errors
    /// `calendar.year_uncovered` outside [`HOLIDAY_YEARS`].
    pub fn days(self, year: i32) -> Outcome<Vec<(Date, &'static str)>> {
        let uncovered = || {
            Error::with(
                &codes::CALENDAR_YEAR_UNCOVERED,
                format!("the holiday rules cover 2018 to 2035, not {year}"),
            )
        };
        if !HOLIDAY_YEARS.contains(&year) {
            return Err(uncovered());
        }
        let mut days = Gathered::new(year).ok_or_else(uncovered)?;
        match self {
            Self::Germany => days.add_rules(GERMANY),
            Self::Spain => spain::national(&mut days),
            Self::Catalonia => spain::catalonia(&mut days),
            Self::Madrid => spain::madrid(&mut days),
            Self::France => days.add_rules(FRANCE),
            Self::UnitedKingdom => united_kingdom::common(&mut days),
            Self::EnglandAndWales => united_kingdom::england_and_wales(&mut days),
            Self::Italy => italy(&mut days),
            Self::Portugal => days.add_rules(PORTUGAL),
            Self::Target2 => days.add_rules(TARGET2),
        }
        Ok(days.found.into_iter().collect())
    }

    /// The last year whose days the authority has fixed one by one, where it does so every year. Later years are what
    /// the law says if nobody decides otherwise, and should be confirmed when the list appears. `None` where the law
    /// alone fixes them.
    pub fn decided_through(self) -> Option<i32> {
        match self {
            Self::Catalonia | Self::Madrid => Some(2027),
            Self::Germany
            | Self::Spain
            | Self::France
            | Self::UnitedKingdom
            | Self::EnglandAndWales
            | Self::Italy
            | Self::Portugal
            | Self::Target2 => None,
        }
    }
}

/// Holidays of a country, or of one of its subdivisions together with those of the country.
///
/// # Errors
/// `calendar.place_unknown` where no rules are known: no answer would read as "every day is a business day".
/// `calendar.year_uncovered` outside [`HOLIDAY_YEARS`].
pub fn holidays_of(
    country: Country,
    subdivision: Option<&str>,
    year: i32,
) -> Outcome<Vec<(Date, &'static str)>> {
    let set = HolidaySet::find(country, subdivision).ok_or_else(|| {
        let place = subdivision.map_or_else(|| country.to_string(), |part| format!("{country}-{part}"));
        Error::with(&codes::CALENDAR_PLACE_UNKNOWN, format!("no holiday rules are known for {place}"))
    })?;
    set.days(year)
}

/// When a holiday falls.
enum Rule {
    /// On this month and day.
    Fixed(u32, u32),
    /// So many days after Easter Sunday.
    Easter(i64),
}

/// The holidays of one year while they are gathered. Of two on one day the first stays.
struct Gathered {
    year: i32,
    easter: Date,
    found: BTreeMap<Date, &'static str>,
}

impl Gathered {
    fn new(year: i32) -> Option<Self> {
        Some(Self { year, easter: easter_sunday(year)?, found: BTreeMap::new() })
    }

    fn add(&mut self, day: Option<Date>, name: &'static str) {
        if let Some(day) = day {
            self.found.entry(day).or_insert(name);
        }
    }

    fn add_rules(&mut self, rules: &[(Rule, &'static str)]) {
        for (rule, name) in rules {
            self.add(self.date(rule), name);
        }
    }

    fn date(&self, rule: &Rule) -> Option<Date> {
        match rule {
            Rule::Fixed(month, day) => Date::from_ymd_opt(self.year, *month, *day),
            Rule::Easter(days) => self.easter.checked_add_signed(TimeDelta::days(*days)),
        }
    }

    /// Whether a month and day is a Sunday of this year.
    fn is_sunday(&self, month: u32, day: u32) -> bool {
        Date::from_ymd_opt(self.year, month, day).is_some_and(|day| day.weekday() == Weekday::Sun)
    }
}

const FRANCE: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "Jour de l'An"),
    (Rule::Easter(1), "Lundi de Pâques"),
    (Rule::Fixed(5, 1), "Fête du Travail"),
    (Rule::Fixed(5, 8), "Victoire 1945"),
    (Rule::Easter(39), "Ascension"),
    (Rule::Easter(50), "Lundi de Pentecôte"),
    (Rule::Fixed(7, 14), "Fête nationale"),
    (Rule::Fixed(8, 15), "Assomption"),
    (Rule::Fixed(11, 1), "Toussaint"),
    (Rule::Fixed(11, 11), "Armistice 1918"),
    (Rule::Fixed(12, 25), "Noël"),
];

const GERMANY: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "Neujahr"),
    (Rule::Easter(-2), "Karfreitag"),
    (Rule::Easter(1), "Ostermontag"),
    (Rule::Fixed(5, 1), "Tag der Arbeit"),
    (Rule::Easter(39), "Christi Himmelfahrt"),
    (Rule::Easter(50), "Pfingstmontag"),
    (Rule::Fixed(10, 3), "Tag der Deutschen Einheit"),
    (Rule::Fixed(12, 25), "Erster Weihnachtstag"),
    (Rule::Fixed(12, 26), "Zweiter Weihnachtstag"),
];

const ITALY: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "Capodanno"),
    (Rule::Fixed(1, 6), "Epifania"),
    (Rule::Easter(1), "Lunedì dell'Angelo"),
    (Rule::Fixed(4, 25), "Festa della Liberazione"),
    (Rule::Fixed(5, 1), "Festa dei Lavoratori"),
    (Rule::Fixed(6, 2), "Festa della Repubblica"),
    (Rule::Fixed(8, 15), "Assunzione di Maria"),
    (Rule::Fixed(11, 1), "Ognissanti"),
    (Rule::Fixed(12, 8), "Immacolata Concezione"),
    (Rule::Fixed(12, 25), "Natale"),
    (Rule::Fixed(12, 26), "Santo Stefano"),
];

fn italy(days: &mut Gathered) {
    days.add_rules(ITALY);
    if days.year >= 2026 {
        days.add_rules(&[(Rule::Fixed(10, 4), "San Francesco d'Assisi")]);
    }
}

const PORTUGAL: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "Ano Novo"),
    (Rule::Easter(-2), "Sexta-Feira Santa"),
    (Rule::Easter(0), "Domingo de Páscoa"),
    (Rule::Fixed(4, 25), "Dia da Liberdade"),
    (Rule::Fixed(5, 1), "Dia do Trabalhador"),
    (Rule::Easter(60), "Corpo de Deus"),
    (Rule::Fixed(6, 10), "Dia de Portugal"),
    (Rule::Fixed(8, 15), "Assunção de Nossa Senhora"),
    (Rule::Fixed(10, 5), "Implantação da República"),
    (Rule::Fixed(11, 1), "Todos os Santos"),
    (Rule::Fixed(12, 1), "Restauração da Independência"),
    (Rule::Fixed(12, 8), "Imaculada Conceição"),
    (Rule::Fixed(12, 25), "Natal"),
];

const TARGET2: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "New Year's Day"),
    (Rule::Easter(-2), "Good Friday"),
    (Rule::Easter(1), "Easter Monday"),
    (Rule::Fixed(5, 1), "Labour Day"),
    (Rule::Fixed(12, 25), "Christmas Day"),
    (Rule::Fixed(12, 26), "Christmas Holiday"),
];

#[cfg(test)]
mod tests;
