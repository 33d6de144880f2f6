//! Companies of our own are never reminded.

use proto::v1::PartyRow;
use testkit::push::{account, invoice, party};

use super::{Book, outcome, text};

fn ours(intercompany: bool) -> Vec<PartyRow> {
    vec![PartyRow { intercompany, ..party("P1", "Talleres Ibarra, S.L.") }]
}

#[test]
fn a_company_of_our_own_is_held_by_the_standard_scenario_while_a_stranger_is_reminded_twice() {
    let book = Book::owing("2026-02-20");
    book.app
        .push("ERP-E1")
        .parties(ours(true).into_iter().chain([party("P2", "Otra, S.L.")]).collect())
        .accounts(vec![account("A2", "P2")])
        .receivables(vec![invoice("I2", "A2", "100.00", ("2025-11-02", "2026-02-20"))])
        .finish();
    let own = book.id("acc", "A1");
    for day in ["2026-03-04", "2026-03-24"] {
        let decisions = book.decided(day);
        for decision in &decisions {
            let wanted =
                if decision["account_id"] == own { ("hold", "hold.intercompany") } else { outcome(decision) };
            assert_eq!(outcome(decision), wanted, "{decision}");
        }
        let acted = decisions.iter().filter(|d| d["outcome"] == "act").map(|d| text(&d["account_id"]));
        assert_eq!(acted.collect::<Vec<_>>(), [book.id("acc", "A2")], "on {day}");
        book.send_planned(day);
    }
    assert_eq!(book.count("message m JOIN account a ON a.id = m.account_id WHERE a.number = 'A1'"), 0);
    assert_eq!(book.count("action x JOIN account a ON a.id = x.account_id WHERE a.number = 'A1'"), 0);
    assert!(book.count("message m JOIN account a ON a.id = m.account_id WHERE a.number = 'A2'") > 0);
    // It was nothing but that: the day it is sold, it is reminded.
    book.app.push("ERP-E1").parties(ours(false)).finish();
    let decisions = book.decided("2026-03-25");
    let reminded = decisions.iter().find(|d| d["account_id"] == own).expect("a decision about it");
    assert_eq!(text(&reminded["outcome"]), "act", "{reminded}");
}
