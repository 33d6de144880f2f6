//! The closed world in which the template is compiled: embedded fonts, the template, and one letter's data.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::RenderError;
use crate::sheet::Sheet;

/// Families and weights the template uses: the text face, and a wide face for symbols the first one lacks, which has
/// bold where the first has semibold.
const FACES: [(&str, u16); 4] = [
    ("Libertinus Serif", 400),
    ("Libertinus Serif", 600),
    ("DejaVu Sans Mono", 400),
    ("DejaVu Sans Mono", 700),
];

const MAIN_PATH: &str = "/main.typ";
const MAIN: &str = "#import \"/letter.typ\": letter\n#letter(json(\"/letter.json\"))\n";
const TEMPLATE_PATH: &str = "/letter.typ";
const DATA_PATH: &str = "/letter.json";

/// What all letters share.
#[derive(Debug)]
pub(crate) struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    template: Source,
}

impl Press {
    /// # Errors
    /// [`RenderError::Layout`], which only a wrong constant above can cause.
    pub(crate) fn new(fonts: Vec<Font>) -> Result<Self, RenderError> {
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            main: Source::new(file_id(MAIN_PATH)?, MAIN.to_owned()),
            template: Source::new(file_id(TEMPLATE_PATH)?, include_str!("letter.typ").to_owned()),
        })
    }
}

fn file_id(path: &str) -> Result<FileId, RenderError> {
    let path =
        VirtualPath::new(path).map_err(|e| RenderError::Layout { message: format!("{path}: {e:?}") })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The faces of the template, upright only.
pub(crate) fn embedded_fonts() -> Vec<Font> {
    let faces = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    let wanted = |font: &Font| {
        let variant = font.info().variant;
        FACES.contains(&(font.info().family.as_str(), variant.weight.to_number()))
            && variant.style == typst::text::FontStyle::Normal
    };
    faces.filter(wanted).collect()
}

/// One letter on the press.
pub(crate) struct LetterWorld<'a> {
    press: &'a Press,
    sheet: &'a Sheet,
}

impl<'a> LetterWorld<'a> {
    pub(crate) fn new(press: &'a Press, sheet: &'a Sheet) -> Self {
        Self { press, sheet }
    }
}

impl World for LetterWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let sources = [&self.press.main, &self.press.template];
        sources.into_iter().find(|source| source.id() == id).cloned().ok_or_else(|| absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if *id.get().root() != VirtualRoot::Project {
            return Err(absent(id));
        }
        let path = id.get().vpath().get_with_slash();
        if path == DATA_PATH {
            return Ok(self.sheet.data.clone());
        }
        let picture = self.sheet.pictures.iter().find(|(name, _)| name == path);
        picture.map(|(_, bytes)| bytes.clone()).ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    /// A letter carries its own date: the template cannot ask for today.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}
