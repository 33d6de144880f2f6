//! A published data set: 2,466 settled invoices of a payments department. Not part of the repository; the tests pass
//! over when it is not beside it.

use super::{Decimal, Profile, RawRow, Read, read, rows, wrong};

const PATH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ar/ibm_accounts_receivable.csv");
const PROFILE: &str = include_str!("ibm_ar.toml");

fn data_set() -> Option<String> {
    let mut text = String::new();
    std::fs::File::open(PATH).ok()?.read_to_string(&mut text).unwrap();
    Some(text)
}

/// The amounts in cents, summed without the reader under test.
fn cents(text: &str) -> i64 {
    let amount = |line: &str| {
        let written = line.split(',').nth(6).unwrap();
        let (whole, fraction) = written.split_once('.').unwrap_or((written, "0"));
        let fraction = format!("{fraction:0<2}");
        whole.parse::<i64>().unwrap() * 100 + fraction.parse::<i64>().unwrap()
    };
    text.lines().skip(1).map(amount).sum()
}

#[test]
fn the_published_invoices_are_read_and_their_amounts_add_up() {
    let Some(text) = data_set() else { return };
    let outcomes = read(&Profile::parse(PROFILE).unwrap(), &text).unwrap();
    assert_eq!((wrong(&outcomes), outcomes.len()), (vec![], 2466));
    let found = rows(outcomes);
    assert_eq!(found.len(), 3 * 2466);
    let (mut owed, mut paid) = (Decimal::ZERO, Decimal::ZERO);
    for row in &found {
        match row {
            RawRow::Receivable(row) => owed += row.amount,
            RawRow::Entry(row) => paid += row.amount,
            RawRow::Account(row) => assert_eq!(row.currency, kernel::Currency::USD),
            RawRow::Party(_) | RawRow::Contact(_) | RawRow::Instrument(_) => panic!("not mapped: {row:?}"),
        }
    }
    let expected = Decimal::new(cents(&text), 2);
    assert_eq!((owed, paid), (expected, expected));
    let RawRow::Receivable(first) = &found[1] else { panic!("a receivable") };
    let dates = (first.issue_on.to_string(), first.due_on.to_string());
    assert_eq!((first.external_id.as_str(), dates), ("611365", ("2013-01-02".into(), "2013-02-01".into())));
}

#[test]
fn the_published_dates_decide_for_themselves() {
    let Some(text) = data_set() else { return };
    let stated = rows(read(&Profile::parse(PROFILE).unwrap(), &text).unwrap());
    let open = PROFILE
        .replace("\"month_day_year\"", "\"auto\"")
        .replace("\"plain\"", "\"auto\"")
        .replace("\",\"", "\"auto\"");
    assert_eq!(rows(read(&Profile::parse(&open).unwrap(), &text).unwrap()), stated);
}

#[test]
fn an_extract_without_a_day_above_twelve_is_asked_about() {
    let Some(text) = data_set() else { return };
    let undecided = |line: &&str| {
        let day =
            |at: usize| line.split(',').nth(at).unwrap().split('/').nth(1).unwrap().parse::<u32>().unwrap();
        [4, 5, 8].into_iter().all(|at| day(at) <= 12)
    };
    let header = text.lines().take(1);
    let extract: Vec<&str> = header.chain(text.lines().skip(1).filter(undecided)).collect();
    assert!(extract.len() > 10);
    let open = Profile::parse(&PROFILE.replace("\"month_day_year\"", "\"auto\"")).unwrap();
    let error = read(&open, extract.join("\n")).unwrap_err();
    assert_eq!((error.code().text, error.field_errors().len()), ("import.date_ambiguous", 3));
}
