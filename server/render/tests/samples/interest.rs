//! Statutory interest as a letter lists it.

use render::{InterestRow, InterestTable, TotalRow};

pub(crate) fn interest() -> InterestTable {
    let row = |from: &str, to: &str, rate: &str| InterestRow {
        document_no: "F/2026/000001".to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        days: "40".to_owned(),
        base_amount: "2.100,00 €".to_owned(),
        rate: rate.to_owned(),
        interest: "23,36 €".to_owned(),
    };
    InterestTable {
        rows: vec![row("31/08/2026", "30/09/2026", "10,15 %"), row("01/10/2026", "09/10/2026", "10,15 %")],
        totals: vec![TotalRow { label: "Total intereses".to_owned(), amount: "46,72 €".to_owned() }],
    }
}
