//! Sets letters.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{Datelike as _, Timelike as _};
use kernel::Instant;
use typst::comemo;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::RenderError;
use crate::legible::Legible;
use crate::letter::Letter;
use crate::sheet::sheet;
use crate::world::{LetterWorld, Press, embedded_fonts};

/// Letters between two clearings of the compiler's memory.
const LETTERS_PER_CLEARING: usize = 16;

/// Results unused for so many clearings are forgotten. What all letters share is used in each and stays.
const CLEARINGS_KEPT: usize = 1;

/// Sets letters as PDF/A-2b. Build it once and share it: fonts and template are read at the start.
#[derive(Debug)]
pub struct Renderer {
    press: Press,
    legible: Legible,
    standards: PdfStandards,
    letters: AtomicUsize,
}

impl Renderer {
    /// Reads the embedded fonts and the template.
    ///
    /// # Errors
    /// [`RenderError::Layout`], [`RenderError::Export`]: the program itself is damaged.
    pub fn new() -> Result<Self, RenderError> {
        let fonts = embedded_fonts();
        let legible = Legible::new(&fonts);
        let standards = PdfStandards::new(&[PdfStandard::A_2b])
            .map_err(|e| RenderError::Export { message: e.message().to_string() })?;
        Ok(Self { press: Press::new(fonts)?, legible, standards, letters: AtomicUsize::new(0) })
    }

    /// Sets a letter. Equal letters give equal bytes, in any thread and at any time.
    ///
    /// It computes for some milliseconds and blocks: asynchronous callers hand it to a worker thread.
    ///
    /// # Errors
    /// Each variant of [`RenderError`].
    pub fn render(&self, letter: &Letter) -> Result<Vec<u8>, RenderError> {
        self.clear_now_and_then();
        let document = self.layout(letter)?.output;
        let options = PdfOptions {
            ident: Smart::Custom(letter.document_id.clone()),
            creator: Smart::Custom(Some("Recobra".to_owned())),
            timestamp: timestamp(letter.issued_at),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|errors| RenderError::Export { message: told(&errors) })
    }

    fn layout(&self, letter: &Letter) -> Result<Warned<PagedDocument>, RenderError> {
        let sheet = sheet(letter, &self.legible)?;
        let Warned { output, warnings } =
            typst::compile::<PagedDocument>(&LetterWorld::new(&self.press, &sheet));
        match output {
            Ok(output) => Ok(Warned { output, warnings }),
            Err(errors) => Err(RenderError::Layout { message: told(&errors) }),
        }
    }

    /// The compiler remembers every result, of all threads, until it is told to forget.
    fn clear_now_and_then(&self) {
        if self.letters.fetch_add(1, Ordering::Relaxed) % LETTERS_PER_CLEARING == LETTERS_PER_CLEARING - 1 {
            comemo::evict(CLEARINGS_KEPT);
        }
    }
}

fn timestamp(at: Instant) -> Option<Timestamp> {
    let part = |number: u32| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        at.year(),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )
    .map(Timestamp::new_utc)
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
