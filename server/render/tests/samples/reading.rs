//! Reads a PDF back.

use lopdf::{Dictionary, Document, Object, decode_text_string};

/// What a reader of the file learns.
pub(crate) struct Reading {
    /// The text of each page, without line breaks: a text may be wrapped.
    pub(crate) pages: Vec<String>,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) created: String,
    pub(crate) language: String,
    pub(crate) xmp: String,
    /// Bitmaps in the file.
    pub(crate) images: usize,
}

impl Reading {
    pub(crate) fn of(pdf: &[u8]) -> Self {
        let document = Document::load_mem(pdf).unwrap();
        let pages = document.get_pages();
        let info = document.trailer.get(b"Info").and_then(Object::as_reference).unwrap();
        let info = document.get_dictionary(info).unwrap();
        let catalog = document.catalog().unwrap();
        let xmp = catalog.get(b"Metadata").and_then(Object::as_reference).unwrap();
        let xmp = document.get_object(xmp).and_then(Object::as_stream).unwrap();
        let is_image = |object: &&Object| {
            object.as_stream().is_ok_and(|stream| {
                stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image")
            })
        };
        Self {
            pages: pages.keys().map(|page| flat(&document.extract_text(&[*page]).unwrap())).collect(),
            title: text(info, b"Title"),
            author: text(info, b"Author"),
            created: text(info, b"CreationDate"),
            language: text(catalog, b"Lang"),
            xmp: String::from_utf8(xmp.get_plain_content().unwrap()).unwrap(),
            images: document.objects.values().filter(is_image).count(),
        }
    }

    /// Whether some page says `text`, wherever its lines are broken.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.pages.iter().any(|page| page.contains(&flat(text)))
    }
}

fn flat(text: &str) -> String {
    text.split(['\n', '\r', ' ', '\u{200B}']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn text(dictionary: &Dictionary, key: &[u8]) -> String {
    dictionary.get(key).map(|text| decode_text_string(text).unwrap()).unwrap_or_default()
}
