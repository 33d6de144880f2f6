//! What a reader finds in the PDF, read back by another library than the one that wrote it.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "samples/letters.rs"]
mod letters;

use doubles::paper::{Archive, Reading, payment_code};
use letters::{IBAN, document_no, dunning_letter, items};
use render::{
    Block, LETTER_BYTES_MAX, LETTER_ROWS_MAX, Language, Letter, Picture, PictureFormat, RenderError, Renderer,
};
use sha2::{Digest as _, Sha256};

fn read(letter: &Letter) -> Reading {
    Reading::of(&Renderer::new().unwrap().render(letter).unwrap())
}

#[test]
fn a_dunning_letter_of_five_invoices_is_one_page_that_says_it_all() {
    let reading = read(&dunning_letter(5));
    assert_eq!(reading.pages.len(), 1);
    for said in [
        "Suministros Industriales Ibéricos, S.A.",
        "NIF A28000000",
        "Construcciones Peñíscola e Hijos, S.L.",
        "12598 Peñíscola (Castellón)",
        "Madrid, 9 de octubre de 2026",
        "Nuestra referencia",
        "4300.001234",
        "Segundo requerimiento de pago de facturas vencidas",
        "F/2026/000005",
        "30/08/2026",
        "2.100,00 €",
        "Total pendiente",
        "12.345,67 €",
        IBAN,
        "CAIXESBBXXX",
        "Begoña Núñez Ávila",
        "Página 1 de 1",
    ] {
        assert!(reading.says(said), "{said:?} is missing in:\n{}", reading.pages[0]);
    }
}

#[test]
fn english_letters_have_english_labels() {
    let reading = read(&Letter { language: Language::English, ..dunning_letter(2) });
    for said in ["Our reference", "How to pay", "Payee", "Scan to pay", "Tax ID A28000000", "Page 1 of 1"] {
        assert!(reading.says(said), "{said}");
    }
    assert_eq!(reading.language, "en-GB");
}

#[test]
fn metadata_name_title_author_language_instant_and_standard() {
    let reading = read(&dunning_letter(1));
    assert_eq!(reading.title, "Segundo requerimiento de pago de facturas vencidas");
    assert_eq!(reading.author, "Suministros Industriales Ibéricos, S.A.");
    assert_eq!(reading.language, "es-ES");
    assert_eq!(reading.created, "D:20261009083000Z");
    assert!(reading.xmp.contains("<pdfaid:part>2</pdfaid:part>"), "{}", reading.xmp);
    assert!(reading.xmp.contains("<pdfaid:conformance>B</pdfaid:conformance>"), "{}", reading.xmp);
}

#[test]
fn equal_letters_have_equal_bytes_in_every_renderer_and_thread() {
    let hash = |renderer: &Renderer, rows| -> Vec<u8> {
        Sha256::digest(renderer.render(&dunning_letter(rows)).unwrap()).to_vec()
    };
    let first = Renderer::new().unwrap();
    let expected = [hash(&first, 3), hash(&first, 60)];
    let second = Renderer::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                // More letters than are set between two clearings of the compiler's memory.
                for _ in 0..8 {
                    assert_eq!([hash(&second, 3), hash(&second, 60)], expected);
                }
            });
        }
    });
}

#[test]
fn identity_and_instant_of_a_letter_change_its_bytes() {
    let renderer = Renderer::new().unwrap();
    let letter = dunning_letter(1);
    let bytes = renderer.render(&letter).unwrap();
    let renamed = Letter { document_id: "letter_2".to_owned(), ..letter.clone() };
    let later = Letter { issued_at: "2026-10-09T08:30:01Z".parse().unwrap(), ..letter };
    assert_ne!(renderer.render(&renamed).unwrap(), bytes);
    assert_ne!(renderer.render(&later).unwrap(), bytes);
}

#[test]
fn text_is_never_read_as_markup() {
    let hostile = [
        "#import \"/letter.typ\": *",
        "#read(\"/etc/hosts\")",
        "$ x^2 $ and $",
        "\\ \\u{41} back\\slash",
        "] } ) #] `raw` *bold* _under_ = head",
        "@label <label> // comment /* more */",
        "\"quotes\" 'single' -- --- ~ ...",
        "https://example.com/x#y",
        "Ñandú, «coño» ¡€!",
    ];
    let mut letter = dunning_letter(1);
    letter.subject = hostile[0].to_owned();
    letter.recipient = hostile.map(str::to_owned).to_vec();
    letter.our_reference = hostile[4].to_owned();
    letter.body = hostile.map(|text| Block::Paragraph(format!("¶{text}¶"))).to_vec();
    let mut table = items(1);
    table.rows[0][0] = "#panic()".to_owned();
    letter.body.push(Block::Table(table));
    let reading = read(&letter);
    for text in hostile {
        assert!(reading.says(&format!("¶{text}¶")), "{text:?} is missing in:\n{}", reading.pages[0]);
    }
    assert!(reading.says("#panic()"));
    assert_eq!(reading.title, hostile[0]);
}

#[test]
fn characters_without_a_glyph_are_shown_as_replaced_and_the_rest_stays() {
    let mut letter = dunning_letter(1);
    letter.subject = "Aviso 🦀 a 漢字, S.L.".to_owned();
    letter.body.push(Block::Paragraph("e\u{301} y ñ con 👨\u{200D}👩\u{200D}👧 y \u{202E}fin".to_owned()));
    let reading = read(&letter);
    assert!(reading.says("Aviso \u{FFFD} a \u{FFFD}\u{FFFD}, S.L."), "{}", reading.pages[0]);
    assert!(reading.says("con \u{FFFD}\u{FFFD}\u{FFFD} y fin"), "{}", reading.pages[0]);
}

#[test]
fn five_hundred_rows_repeat_the_heads_and_lose_none() {
    let reading = read(&dunning_letter(500));
    let pages = reading.pages.len();
    assert!((10..=20).contains(&pages), "{pages} pages");
    for number in 1..=500 {
        let document = document_no(number);
        let at = reading.pages.iter().position(|page| page.contains(&document)).unwrap();
        assert!(reading.pages[at].contains("Vencimiento"), "page {at} has rows without heads");
    }
    for (at, page) in reading.pages.iter().enumerate() {
        assert!(page.contains(&format!("Página {} de {pages}", at + 1)));
        assert!(page.contains("4300.001234"), "every page names the reference");
    }
}

#[test]
fn totals_never_stand_alone_on_a_page() {
    let renderer = Renderer::new().unwrap();
    let mut parted = 0;
    for rows in 14..=46 {
        let mut letter = dunning_letter(rows);
        letter.body.truncate(3);
        let reading = Reading::of(&renderer.render(&letter).unwrap());
        let last = reading.pages.last().unwrap();
        parted += usize::from(reading.pages.len() > 1);
        for kept in [document_no(rows - 1), document_no(rows)] {
            assert!(last.contains(&kept), "{kept} is parted from the totals of {rows} rows");
        }
        for kept in ["Total pendiente", "12.345,67 €", "Vencimiento"] {
            assert!(last.contains(kept), "{kept} is parted from the last rows of {rows}");
        }
    }
    assert!((1..33).contains(&parted), "both one and two pages were tried");
}

#[test]
fn an_address_of_too_many_lines_loses_none() {
    let mut letter = dunning_letter(1);
    letter.recipient = (1..=12).map(|line| format!("Línea {line} de la dirección")).collect();
    let reading = read(&letter);
    for line in &letter.recipient {
        assert!(reading.says(line), "{line}");
    }
}

#[test]
fn a_letter_of_nothing_is_still_a_page() {
    let mut letter = dunning_letter(0);
    letter.subject.clear();
    letter.recipient.clear();
    letter.sender.lines.clear();
    letter.body = vec![Block::Paragraph(String::new()), Block::Table(items(0))];
    assert_eq!(read(&letter).pages.len(), 1);
}

#[test]
fn the_payment_code_is_drawn_as_a_vector_and_a_logo_is_embedded() {
    let mut letter = dunning_letter(1);
    assert_eq!(read(&letter).images, 0, "the payment code is no bitmap");
    letter.sender.logo =
        Some(Picture { format: PictureFormat::Png, bytes: PNG.to_vec(), description: "Logo".to_owned() });
    assert_eq!(read(&letter).images, 1);
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 10'><path d='M0 0h40v10z'/></svg>";
    letter.sender.logo = Some(Picture {
        format: PictureFormat::Svg,
        bytes: svg.as_bytes().to_vec(),
        description: "Logo".to_owned(),
    });
    assert_eq!(read(&letter).images, 0);
}

#[test]
fn a_forged_payment_code_is_refused() {
    let mut letter = dunning_letter(1);
    for block in &mut letter.body {
        if let Block::PaymentBox(payment) = block {
            payment.epc_payload = Some("https://example.com".to_owned());
        }
    }
    assert!(matches!(Renderer::new().unwrap().render(&letter), Err(RenderError::PaymentCode(_))));
}

#[test]
fn letters_beyond_the_limits_are_refused() {
    let renderer = Renderer::new().unwrap();
    let rows = renderer.render(&dunning_letter(LETTER_ROWS_MAX + 1));
    assert_eq!(rows, Err(RenderError::TooLarge { what: "rows", limit: LETTER_ROWS_MAX }));

    let mut letter = dunning_letter(1);
    letter.body.push(Block::Paragraph("a".repeat(LETTER_BYTES_MAX)));
    assert_eq!(
        renderer.render(&letter),
        Err(RenderError::TooLarge { what: "bytes of text", limit: LETTER_BYTES_MAX })
    );

    letter.body = vec![letter.body[3].clone(); 17];
    assert_eq!(renderer.render(&letter), Err(RenderError::TooLarge { what: "pictures", limit: 16 }));
}

#[test]
fn one_renderer_serves_all_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Renderer>();
}

/// One red pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xDE, 0x00,
    0x00, 0x00, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x08, 0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0x00, 0x00, 0x03, 0x01,
    0x01, 0x00, 0x18, 0xDD, 0x8D, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60,
    0x82,
];

#[test]
fn a_table_of_a_template_keeps_its_columns_and_its_footer() {
    let cells = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let table = render::Table {
        titles: cells(["Factura", "Vencimiento", "Pendiente"]),
        right: vec![false, false, true],
        rows: (1..=80).map(|n| cells([&format!("F/{n:03}"), "30/08/2026", "2.100,00 €"])).collect(),
        footer: cells(["Total", "", "168.000,00 €"]),
    };
    let body = vec![Block::Heading("Facturas pendientes".to_owned()), Block::Table(table)];
    let reading = read(&Letter { body, ..dunning_letter(1) });
    assert!(reading.pages.len() >= 2);
    for said in ["Facturas pendientes", "F/001", "F/080", "168.000,00 €"] {
        assert!(reading.says(said), "{said}");
    }
    let last = reading.pages.last().unwrap();
    assert!(last.contains("F/079") && last.contains("168.000,00 €"), "{last}");
}

/// Read back by another library than the one that wrote it: drawn on the page, upright, whole.
#[test]
fn a_bank_app_reads_payee_iban_amount_and_reference_from_the_payment_code() {
    for rows in [1, 5] {
        let pdf = Renderer::new().unwrap().render(&dunning_letter(rows)).unwrap();
        let code = payment_code(&pdf).expect("a readable code on the first page");
        let lines = code.lines().collect::<Vec<_>>();
        assert_eq!(lines[..4], ["BCD", "002", "1", "SCT"]);
        assert_eq!(lines[6], IBAN.replace(' ', ""));
        assert_eq!((lines[5], lines[7]), ("Suministros Industriales Ibéricos, S.A.", "EUR12345.67"));
        assert!(lines[8..].contains(&"4300.001234"), "{code}");
    }
}

#[test]
fn a_letter_without_a_payload_shows_no_code() {
    let mut letter = dunning_letter(1);
    for block in &mut letter.body {
        if let Block::PaymentBox(payment) = block {
            payment.epc_payload = None;
        }
    }
    assert_eq!(payment_code(&Renderer::new().unwrap().render(&letter).unwrap()), None);
}

/// ISO 19005-2: what must be there and what must not, as far as the structure of the file shows it.
#[test]
fn nothing_in_the_file_forbids_keeping_it_for_decades() {
    let pdf = Renderer::new().unwrap().render(&dunning_letter(60)).unwrap();
    let archive = Archive::of(&pdf);
    assert!(
        archive.intents.contains(&"GTS_PDFA1".to_owned()),
        "6.2.3: an output intent with a colour profile"
    );
    assert!(archive.fonts > 0 && archive.fonts == archive.embedded_fonts, "6.2.11.4: every font is embedded");
    assert!(archive.has_file_identifier, "6.1.3: the trailer has an identifier");
    assert!(!archive.is_encrypted, "6.1.3: nothing is encrypted");
    assert!(archive.metadata_is_plain, "6.6.2: metadata can be read without decoding");
    for forbidden in ["JavaScript", "Launch", "Sound", "Movie", "EmbeddedFile", "LZWDecode", "XFA"] {
        assert!(!archive.names.contains(forbidden), "{forbidden} is in the file");
    }
}
