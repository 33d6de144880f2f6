//! The baseline of letters: the typesetter alone, with a plain document of the same content.

use typst::comemo;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontStyle};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// Letters between two clearings of the typesetter's memory, as ours.
const LETTERS_PER_CLEARING: usize = 16;

/// A world of one font and one document.
pub(crate) struct Plain {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    id: FileId,
    main: Source,
    set: usize,
}

impl Plain {
    pub(crate) fn new() -> Self {
        let faces = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
        let fonts = faces
            .filter(|font| {
                let variant = font.info().variant;
                font.info().family == "Libertinus Serif" && variant.style == FontStyle::Normal
            })
            .collect::<Vec<_>>();
        let path = VirtualPath::new("/main.typ").expect("a path");
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            id,
            main: Source::new(id, String::new()),
            set: 0,
        }
    }

    /// Sets the letter of a customer and gives its bytes.
    pub(crate) fn render(&mut self, n: usize) -> Vec<u8> {
        self.main = Source::new(self.id, text(n));
        self.set += 1;
        if self.set.is_multiple_of(LETTERS_PER_CLEARING) {
            comemo::evict(1);
        }
        let document = typst::compile::<PagedDocument>(&*self).output.expect("a document");
        typst_pdf::pdf(&document, &PdfOptions::default()).expect("a PDF")
    }
}

fn text(n: usize) -> String {
    let rows =
        (0..5).map(|i| format!("[F/2026/{n:04}{i}], [30/08/2026], [{n},{i}0 €],\n")).collect::<String>();
    format!(
        "#set page(paper: \"a4\", margin: 25mm)\n#set text(font: \"Libertinus Serif\", size: 10.25pt, lang: \"es\")\n\
         Suministros Muestra, S.A. \\\n Calle de la Constitución, 118 \\\n 28045 Madrid \\\n A58818501\n\n\
         Cliente número {n}, S.L. \\\n Calle Mayor, {n} \\\n 28013 Madrid\n\n30 de junio de 2026\n\n4300.{n:06}\n\n\
         = Recordatorio de pago de su cuenta {n}\n\n\
         Según nuestros registros siguen pendientes las facturas de la cuenta {n}.\n\n\
         #table(columns: 3, [Factura], [Vencimiento], [Pendiente],\n{rows}[Total], [], [{n}5,00 €])\n\n\
         Les agradeceremos que realicen el pago a la mayor brevedad.\n"
    )
}

impl World for Plain {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.id
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.id { Ok(self.main.clone()) } else { Err(absent(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        Err(absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}
