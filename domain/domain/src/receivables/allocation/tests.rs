use super::*;
use proptest::prelude::*;

fn id(n: u128) -> ReceivableId {
    ReceivableId(uuid::Uuid::from_u128(n))
}

/// An item of 2026 due on the given day of the year.
fn item(n: u128, open: i64, due: u32) -> DebitItem {
    let due_on = Date::from_yo_opt(2026, due).unwrap();
    DebitItem {
        receivable: id(n),
        currency: Currency::EUR,
        document_no: format!("F-2026/{n:05}"),
        payment_reference: None,
        issue_on: Date::from_yo_opt(2026, 1).unwrap(),
        due_on,
        open: Decimal::from(open),
    }
}

/// Σ lines: what the credit loses and the items together lose.
fn allocated(allocation: &Allocation) -> Decimal {
    allocation.lines.iter().map(|line| line.amount).sum()
}

fn payment(amount: i64, text: &str) -> Credit {
    Credit {
        currency: Currency::EUR,
        amount: Decimal::from(amount),
        text: text.to_owned(),
        credited: Vec::new(),
        explicit: Vec::new(),
    }
}

fn listed(amount: i64, lines: &[(u128, i64)]) -> Credit {
    let line =
        |(n, amount): &(u128, i64)| ExplicitLine { receivable: id(*n), amount: Decimal::from(*amount) };
    Credit { explicit: lines.iter().map(line).collect(), ..payment(amount, "") }
}

/// (item, amount, rule) per line, and the remainder.
fn result(credit: &Credit, items: &[DebitItem]) -> (Vec<(u128, i64, &'static str)>, i64) {
    use kernel::text_enum::TextEnum as _;
    let whole = |amount: Decimal| amount.to_string().parse().unwrap();
    let allocation = allocate(credit, items, &DEFAULT_RULES).unwrap();
    let lines = allocation.lines.iter().map(|l| (l.receivable.0.as_u128(), whole(l.amount), l.rule.as_str()));
    (lines.collect(), whole(allocation.remainder))
}

fn refused(credit: &Credit, items: &[DebitItem]) -> &'static str {
    allocate(credit, items, &DEFAULT_RULES).unwrap_err().code().text
}

#[test]
fn an_explicit_list_is_followed_and_nothing_is_added() {
    let items = [item(1, 100, 40), item(2, 50, 30)];
    assert_eq!(result(&listed(120, &[(1, 60)]), &items), (vec![(1, 60, "explicit")], 60));
    assert_eq!(result(&listed(120, &[(1, 60), (1, 20)]), &items), (vec![(1, 80, "explicit")], 40));
}

#[test]
fn more_than_is_open_stays_unallocated_with_a_notice() {
    let allocation = allocate(&listed(120, &[(1, 120)]), &[item(1, 100, 40)], &DEFAULT_RULES).unwrap();
    assert_eq!((allocated(&allocation), allocation.remainder), (Decimal::from(100), Decimal::from(20)));
    assert_eq!(allocation.notices[0].code.text, "allocation.exceeds_open");
    let closed = allocate(&listed(20, &[(1, 20)]), &[item(1, 0, 40)], &DEFAULT_RULES).unwrap();
    assert_eq!((closed.lines.len(), closed.remainder, closed.notices.len()), (0, Decimal::from(20), 1));
}

#[test]
fn an_explicit_list_must_be_possible() {
    let dollars = DebitItem { currency: Currency::USD, ..item(2, 50, 30) };
    let items = [item(1, 100, 40), dollars];
    assert_eq!(refused(&listed(50, &[(9, 50)]), &items), "allocation.item_unknown");
    assert_eq!(refused(&listed(50, &[(2, 50)]), &items), "allocation.currency_mismatch");
    assert_eq!(refused(&listed(50, &[(1, 51)]), &items), "allocation.exceeds_credit");
    assert_eq!(refused(&listed(50, &[(1, -1)]), &items), "allocation.amount_not_positive");
    assert_eq!(refused(&payment(0, ""), &items), "allocation.amount_not_positive");
    assert_eq!(refused(&payment(5, ""), &[item(1, 5, 1), item(1, 6, 1)]), "allocation.item_repeated");
}

#[test]
fn a_payment_settles_the_documents_it_names_before_older_ones() {
    let items = [item(1, 100, 30), item(2, 60, 40), item(3, 40, 50)];
    let named = payment(100, "FRAS F-2026/00002 Y F-2026/00003");
    assert_eq!(result(&named, &items), (vec![(2, 60, "by_reference"), (3, 40, "by_reference")], 0));
    let allocation = allocate(&named, &items, &DEFAULT_RULES).unwrap();
    let expected = Reason::Named { as_written: "F-2026/00002".to_owned(), sums_exactly: true };
    assert_eq!(allocation.lines[0].reason, expected);
}

#[test]
fn a_named_document_is_paid_in_part_and_what_is_left_goes_on() {
    let items = [item(1, 100, 30), item(2, 60, 40)];
    assert_eq!(result(&payment(50, "F-2026/00002"), &items), (vec![(2, 50, "by_reference")], 0));
    let rest = vec![(2, 60, "by_reference"), (1, 40, "oldest_first")];
    assert_eq!(result(&payment(100, "F-2026/00002"), &items), (rest, 0));
}

#[test]
fn a_short_number_counts_only_when_the_amount_confirms_it() {
    let short = DebitItem { document_no: "12".to_owned(), ..item(2, 60, 40) };
    let items = [item(1, 100, 30), short];
    assert_eq!(result(&payment(60, "factura 12"), &items), (vec![(2, 60, "by_reference")], 0));
    assert_eq!(result(&payment(59, "calle Mayor 12"), &items), (vec![(1, 59, "oldest_first")], 0));
}

#[test]
fn the_only_item_of_the_amount_is_settled() {
    let items = [item(1, 100, 30), item(2, 60, 40)];
    assert_eq!(result(&payment(60, ""), &items), (vec![(2, 60, "exact_match")], 0));
    let twins = [item(1, 100, 30), item(2, 60, 40), item(3, 60, 50)];
    assert_eq!(result(&payment(60, ""), &twins), (vec![(1, 60, "oldest_first")], 0));
}

#[test]
fn the_only_set_of_the_amount_is_settled() {
    let items = [item(1, 100, 30), item(2, 60, 40), item(3, 41, 50)];
    assert_eq!(result(&payment(101, ""), &items), (vec![(2, 60, "exact_match"), (3, 41, "exact_match")], 0));
}

#[test]
fn the_oldest_is_by_due_date_then_issue_then_id() {
    let later_issue = DebitItem { issue_on: Date::from_yo_opt(2026, 9).unwrap(), ..item(1, 10, 30) };
    let items = [item(4, 10, 31), later_issue, item(3, 10, 30), item(2, 10, 30)];
    let lines = vec![
        (2, 10, "oldest_first"),
        (3, 10, "oldest_first"),
        (1, 10, "oldest_first"),
        (4, 5, "oldest_first"),
    ];
    assert_eq!(result(&payment(35, ""), &items), (lines, 0));
}

#[test]
fn what_finds_no_item_stays_unallocated() {
    assert_eq!(result(&payment(35, ""), &[]), (vec![], 35));
    let dollars = DebitItem { currency: Currency::USD, ..item(1, 35, 30) };
    assert_eq!(result(&payment(35, "F-2026/00001"), &[dollars]), (vec![], 35));
    let allocation = allocate(&payment(35, ""), &[item(1, 50, 30)], &[AllocationRule::ExactMatch]).unwrap();
    assert_eq!(allocation.remainder, Decimal::from(35));
}

#[test]
fn a_credit_note_settles_the_invoice_it_names_first() {
    let items = [item(1, 100, 30), item(2, 60, 40)];
    let note = Credit { credited: vec![id(2), id(77)], ..payment(80, "F-2026/00001") };
    assert_eq!(result(&note, &items), (vec![(2, 60, "by_reference"), (1, 20, "by_reference")], 0));
    let allocation = allocate(&note, &items, &DEFAULT_RULES).unwrap();
    assert_eq!(allocation.lines[0].reason, Reason::Credited);
}

#[test]
fn every_reason_reads_in_both_languages() {
    let reasons = [
        Reason::Listed,
        Reason::Credited,
        Reason::Named { as_written: "F-1".to_owned(), sums_exactly: true },
        Reason::Named { as_written: "F-1".to_owned(), sums_exactly: false },
        Reason::OnlyItem,
        Reason::OnlySet { items: 3 },
        Reason::Oldest { due_on: Date::from_yo_opt(2026, 1).unwrap() },
    ];
    let mut texts: Vec<String> = reasons.iter().flat_map(|r| [r.text(false), r.text(true)]).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 2 * reasons.len());
}

fn accounts() -> impl Strategy<Value = Vec<DebitItem>> {
    proptest::collection::vec((-20_i64..200, 1_u32..200, any::<bool>()), 0..12).prop_map(|drawn| {
        let build = |(n, (open, due, dollars)): (u128, (i64, u32, bool))| {
            let currency = if dollars { Currency::USD } else { Currency::EUR };
            DebitItem { currency, ..item(n, open, due) }
        };
        (1..).zip(drawn).map(build).collect()
    })
}

fn credits() -> impl Strategy<Value = Credit> {
    let names = proptest::collection::vec(1_u128..14, 0..4);
    (1_i64..800, names.clone(), names, any::<bool>()).prop_map(|(amount, named, credited, list)| {
        let text = named.iter().map(|n| format!("F-2026/{n:05}")).collect::<Vec<_>>().join(" ");
        let credited: Vec<_> = credited.into_iter().map(id).collect();
        let line =
            |receivable: &ReceivableId| ExplicitLine { receivable: *receivable, amount: Decimal::from(100) };
        let explicit = if list { credited.iter().map(line).collect() } else { Vec::new() };
        Credit { credited, explicit, ..payment(amount, &text) }
    })
}

fn rule_chains() -> impl Strategy<Value = Vec<AllocationRule>> {
    use kernel::text_enum::TextEnum as _;
    proptest::collection::vec(proptest::sample::select(AllocationRule::ALL), 0..5)
}

proptest! {
    #[test]
    fn lines_and_remainder_make_up_the_credit_and_no_line_exceeds_its_item(
        credit in credits(), items in accounts(), rules in rule_chains(),
    ) {
        let Ok(allocation) = allocate(&credit, &items, &rules) else {
            prop_assert!(!credit.explicit.is_empty());
            return Ok(());
        };
        prop_assert_eq!(allocated(&allocation) + allocation.remainder, credit.amount);
        prop_assert!(allocation.remainder >= Decimal::ZERO);
        let mut seen = BTreeSet::new();
        for line in &allocation.lines {
            let item = items.iter().find(|item| item.receivable == line.receivable).unwrap();
            prop_assert!(line.amount > Decimal::ZERO && line.amount <= item.open);
            prop_assert_eq!(item.currency, credit.currency);
            prop_assert!(seen.insert(line.receivable), "one line per item");
        }
    }

    #[test]
    fn the_order_of_items_does_not_matter(
        credit in credits(), (items, shuffled) in accounts().prop_flat_map(|a| (Just(a.clone()), Just(a).prop_shuffle())),
    ) {
        let (one, other) =
            (allocate(&credit, &items, &DEFAULT_RULES), allocate(&credit, &shuffled, &DEFAULT_RULES));
        prop_assert_eq!(one.map_err(|e| e.code()), other.map_err(|e| e.code()));
    }

    #[test]
    fn oldest_first_leaves_nothing_free_while_something_is_open(amount in 1_i64..800, items in accounts()) {
        let allocation = allocate(&payment(amount, ""), &items, &DEFAULT_RULES).unwrap();
        let payable = items.iter().filter(|i| i.currency == Currency::EUR && i.open > Decimal::ZERO);
        let open: Decimal = payable.map(|i| i.open).sum();
        prop_assert_eq!(allocated(&allocation), open.min(Decimal::from(amount)));
    }
}
