//! Reads a PDF back.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, decode_text_string};

/// What a reader of the file learns.
pub struct Reading {
    /// The text of each page, without line breaks: a text may be wrapped.
    pub pages: Vec<String>,
    pub title: String,
    pub author: String,
    pub created: String,
    pub language: String,
    pub xmp: String,
    /// Bitmaps in the file.
    pub images: usize,
}

impl Reading {
    /// # Panics
    /// When the file cannot be read.
    pub fn of(pdf: &[u8]) -> Self {
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
    pub fn says(&self, text: &str) -> bool {
        self.pages.iter().any(|page| page.contains(&flat(text)))
    }
}

fn flat(text: &str) -> String {
    text.split(['\n', '\r', ' ', '\u{200B}']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn text(dictionary: &Dictionary, key: &[u8]) -> String {
    dictionary.get(key).map(|text| decode_text_string(text).unwrap()).unwrap_or_default()
}

/// What decides whether a file can be read decades from now.
pub struct Archive {
    /// Kinds of output intents that carry a colour profile.
    pub intents: Vec<String>,
    /// Fonts that draw glyphs, and those of them whose glyphs are in the file.
    pub fonts: usize,
    pub embedded_fonts: usize,
    pub has_file_identifier: bool,
    pub is_encrypted: bool,
    pub metadata_is_plain: bool,
    /// Every name that occurs as a value or key in some object.
    pub names: BTreeSet<String>,
}

impl Archive {
    /// # Panics
    /// When the file cannot be read.
    pub fn of(pdf: &[u8]) -> Self {
        let document = Document::load_mem(pdf).unwrap();
        let catalog = document.catalog().unwrap();
        let intents = catalog.get(b"OutputIntents").and_then(|i| document.dereference(i)).unwrap().1;
        let intent = |intent: &Object| {
            let intent = document.dereference(intent).unwrap().1.as_dict().unwrap();
            let profile = intent.get(b"DestOutputProfile").and_then(|p| document.dereference(p)).unwrap().1;
            assert!(!profile.as_stream().unwrap().get_plain_content().unwrap().is_empty());
            String::from_utf8(intent.get(b"S").and_then(Object::as_name).unwrap().to_vec()).unwrap()
        };
        let metadata = catalog.get(b"Metadata").and_then(|m| document.dereference(m)).unwrap().1;
        let descriptors = document.objects.values().filter_map(|object| object.as_dict().ok());
        let descriptors = descriptors.filter(|dict| dict.has_type(b"FontDescriptor")).collect::<Vec<_>>();
        let files: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
        let embedded = |dict: &&&Dictionary| files.iter().any(|file| dict.has(file));
        let mut names = BTreeSet::new();
        document.objects.values().for_each(|object| collect(object, &mut names));
        Self {
            intents: intents.as_array().unwrap().iter().map(intent).collect(),
            fonts: descriptors.len(),
            embedded_fonts: descriptors.iter().filter(embedded).count(),
            has_file_identifier: document.trailer.has(b"ID"),
            is_encrypted: document.trailer.has(b"Encrypt"),
            metadata_is_plain: !metadata.as_stream().unwrap().dict.has(b"Filter"),
            names,
        }
    }
}

fn collect(object: &Object, names: &mut BTreeSet<String>) {
    match object {
        Object::Name(name) => {
            names.insert(String::from_utf8_lossy(name).into_owned());
        }
        Object::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Object::Dictionary(dict) => collect_all(dict, names),
        Object::Stream(stream) => collect_all(&stream.dict, names),
        Object::Null
        | Object::Boolean(_)
        | Object::Integer(_)
        | Object::Real(_)
        | Object::String(..)
        | Object::Reference(_) => {}
    }
}

fn collect_all(dict: &Dictionary, names: &mut BTreeSet<String>) {
    for (key, value) in dict {
        names.insert(String::from_utf8_lossy(key).into_owned());
        collect(value, names);
    }
}
