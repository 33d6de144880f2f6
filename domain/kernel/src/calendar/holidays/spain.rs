//! Spain: national holidays, and those of two regions.
//!
//! Ten days are national (RD 2001/1983, article 45; Epiphany may be exchanged, which no region does). When one falls on
//! a Sunday its rest goes to the Monday (Estatuto de los Trabajadores, article 37.2), or the region takes another day
//! for it. So the national set has the day itself, and only a regional set knows what became of a Sunday. Together a
//! region has twelve days in a year; two local ones come on top and are data.

use super::{Gathered, Rule};

const NATIONAL: &[(Rule, &str)] = &[
    (Rule::Fixed(1, 1), "Año Nuevo"),
    (Rule::Fixed(1, 6), "Epifanía del Señor"),
    (Rule::Easter(-2), "Viernes Santo"),
    (Rule::Fixed(5, 1), "Fiesta del Trabajo"),
    (Rule::Fixed(8, 15), "Asunción de la Virgen"),
    (Rule::Fixed(10, 12), "Fiesta Nacional de España"),
    (Rule::Fixed(11, 1), "Todos los Santos"),
    (Rule::Fixed(12, 6), "Día de la Constitución Española"),
    (Rule::Fixed(12, 8), "Inmaculada Concepción"),
    (Rule::Fixed(12, 25), "Natividad del Señor"),
];

/// Days of a region in a year, Sundays not counted (Estatuto de los Trabajadores, article 37.2: fourteen, two local).
const REGIONAL_DAYS: usize = 12;

pub(super) fn national(days: &mut Gathered) {
    days.add_rules(NATIONAL);
}

/// Yearly orders of the Generalitat: Easter Monday, Saint John, Diada and Saint Stephen; Sundays are not moved, but
/// Whit Monday is added when fewer than twelve days remain. In a year to come with no Sunday among them all fourteen
/// stand, because which one or two the order will leave out is not known.
pub(super) fn catalonia(days: &mut Gathered) {
    days.add_rules(NATIONAL);
    days.add_rules(&[
        (Rule::Easter(1), "Lunes de Pascua Florida"),
        (Rule::Fixed(6, 24), "San Juan"),
        (Rule::Fixed(9, 11), "Fiesta Nacional de Cataluña"),
        (Rule::Fixed(12, 26), "San Esteban"),
    ]);
    if working_days_off(days) < REGIONAL_DAYS {
        days.add_rules(&[(Rule::Easter(50), "Lunes de Pascua Granada")]);
    }
}

/// Yearly decrees: Maundy Thursday, 2 May, and what the region made of the Sundays of the year.
pub(super) fn madrid(days: &mut Gathered) {
    days.add_rules(NATIONAL);
    days.add_rules(&[
        (Rule::Easter(-3), "Jueves Santo"),
        (Rule::Fixed(5, 2), "Fiesta de la Comunidad de Madrid"),
    ]);
    match MADRID_DECREES.iter().find(|(year, _)| *year == days.year) {
        Some((_, decreed)) => days.add_rules(decreed),
        None => sundays_to_mondays(days),
    }
}

/// The days that stand for a Sunday, from the decree of each year.
const MADRID_DECREES: &[(i32, &[(Rule, &str)])] = &[
    (2018, &[]),
    (2019, &[(Rule::Fixed(1, 7), "Traslado de Epifanía"), (Rule::Fixed(12, 9), "Traslado de la Inmaculada")]),
    (
        2020,
        &[
            (Rule::Fixed(11, 2), "Traslado de Todos los Santos"),
            (Rule::Fixed(12, 7), "Traslado de la Constitución"),
        ],
    ),
    (2021, &[(Rule::Fixed(3, 19), "San José"), (Rule::Fixed(5, 3), "Traslado de la Comunidad de Madrid")]),
    (2022, &[(Rule::Fixed(7, 25), "Santiago Apóstol"), (Rule::Fixed(12, 26), "Traslado de la Natividad")]),
    (2023, &[(Rule::Fixed(3, 20), "Traslado de San José")]),
    (2024, &[(Rule::Fixed(7, 25), "Santiago Apóstol")]),
    (2025, &[(Rule::Fixed(7, 25), "Santiago Apóstol")]),
    (
        2026,
        &[
            (Rule::Fixed(11, 2), "Traslado de Todos los Santos"),
            (Rule::Fixed(12, 7), "Traslado de la Constitución"),
        ],
    ),
    (2027, &[(Rule::Fixed(3, 19), "San José"), (Rule::Fixed(5, 3), "Traslado de la Comunidad de Madrid")]),
];

/// What the law does with a Sunday if no decree says otherwise; where the Monday is taken, Saint James, as in 2022.
fn sundays_to_mondays(days: &mut Gathered) {
    let sundays = [(1, 1), (1, 6), (5, 1), (5, 2), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)];
    for (month, day) in sundays {
        if !days.is_sunday(month, day) {
            continue;
        }
        let monday = days.date(&Rule::Fixed(month, day)).and_then(|sunday| sunday.succ_opt());
        let taken = monday.is_some_and(|monday| days.found.contains_key(&monday));
        if taken {
            days.add_rules(&[(Rule::Fixed(7, 25), "Santiago Apóstol")]);
        } else {
            days.add(monday, "Traslado de fiesta en domingo");
        }
    }
}

fn working_days_off(days: &Gathered) -> usize {
    use chrono::Datelike as _;
    days.found.keys().filter(|day| day.weekday() != chrono::Weekday::Sun).count()
}
