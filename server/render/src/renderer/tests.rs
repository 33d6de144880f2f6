use typst::layout::{Abs, Frame, FrameItem, Point};

use super::*;
use crate::{Block, Language, Letterhead, Table};

fn letter(body: Vec<Block>) -> Letter {
    Letter {
        document_id: "letter_1".to_owned(),
        issued_at: "2026-10-09T08:30:00Z".parse().unwrap(),
        language: Language::English,
        sender: Letterhead {
            legal_name: "Acme, S.A.".to_owned(),
            lines: vec!["Calle Mayor, 1".to_owned()],
            tax_id: "A28000000".to_owned(),
            logo: None,
        },
        place: String::new(),
        date: "9 October 2026".to_owned(),
        recipient: vec!["Debtor, Ltd.".to_owned()],
        our_reference: "4300.1".to_owned(),
        subject: "Overdue invoices".to_owned(),
        body,
    }
}

/// Every text on a page with its left and right end.
fn texts(frame: &Frame, at: Point, found: &mut Vec<(String, Abs, Abs)>) {
    for (offset, item) in frame.items() {
        let at = at + *offset;
        match item {
            FrameItem::Group(group) => texts(&group.frame, at, found),
            FrameItem::Text(text) => found.push((text.text.to_string(), at.x, at.x + text.width())),
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
        }
    }
}

#[test]
fn words_longer_than_their_column_do_not_leave_the_page() {
    let word = "Donaudampfschifffahrtsgesellschaft".repeat(8);
    let mut long = letter(vec![
        Block::Paragraph(word.clone()),
        Block::Table(Table {
            titles: vec![word.clone(); 5],
            right: vec![false, false, false, true, true],
            rows: vec![vec![word.clone(); 5]],
            footer: vec![word.clone(); 5],
        }),
    ]);
    long.subject = word.clone();
    long.our_reference = word.clone();
    long.recipient = vec![word.clone()];
    long.sender.legal_name = word.clone();
    long.sender.lines = vec![word.clone()];
    long.sender.tax_id = word;
    let document = Renderer::new().unwrap().layout(&long).unwrap().output;
    let mut found = Vec::new();
    for page in document.pages() {
        texts(&page.frame, Point::zero(), &mut found);
    }
    assert!(found.len() > 40);
    for (text, left, right) in found {
        assert!(left >= Abs::mm(20.0) && right <= Abs::mm(200.0), "{text} goes from {left:?} to {right:?}");
    }
}

#[test]
fn the_address_stands_in_the_window_of_din_5008_form_b() {
    let document = Renderer::new().unwrap().layout(&letter(Vec::new())).unwrap().output;
    let page = document.pages().first().unwrap();
    let mut found = Vec::new();
    positions(&page.frame, Point::zero(), &mut found);
    let (_, at) = found.iter().find(|(text, _)| text == "Debtor, Ltd.").unwrap();
    assert!(at.x >= Abs::mm(25.0) && at.x < Abs::mm(26.0), "{at:?}");
    assert!(at.y > Abs::mm(62.7) && at.y < Abs::mm(70.0), "{at:?}");
    let (_, subject) = found.iter().find(|(text, _)| text == "Overdue invoices").unwrap();
    assert!(subject.y > Abs::mm(97.0) && subject.y < Abs::mm(108.0), "{subject:?}");
}

fn positions(frame: &Frame, at: Point, found: &mut Vec<(String, Point)>) {
    for (offset, item) in frame.items() {
        let at = at + *offset;
        if let FrameItem::Group(group) = item {
            positions(&group.frame, at, found);
        }
        if let FrameItem::Text(text) = item {
            found.push((text.text.to_string(), at));
        }
    }
}

#[test]
fn the_template_compiles_without_warnings() {
    let warned = Renderer::new().unwrap().layout(&letter(vec![Block::Paragraph("Text".to_owned())])).unwrap();
    assert!(warned.warnings.is_empty(), "{:?}", warned.warnings);
}

#[test]
fn instants_outside_the_calendar_of_pdf_are_left_out() {
    assert!(timestamp("2026-10-09T08:30:00Z".parse().unwrap()).is_some());
    assert!(timestamp(Instant::MAX_UTC).is_none());
}
