//! Makes any text printable with the fonts at hand.
//!
//! PDF/A forbids the glyph for "missing" (ISO 19005-2, 6.2.11.8), so one emoji in a name would make a letter
//! impossible. Such characters are replaced by U+FFFD, which shows the reader that something stood there.

use std::collections::BTreeMap;

use typst::text::{Coverage, Font};

/// Stands for a character that no font has.
pub(crate) const REPLACEMENT: char = '\u{FFFD}';

const BREAK_HERE: char = '\u{200B}';

/// Which characters the fonts can print.
#[derive(Debug)]
pub(crate) struct Legible {
    families: Vec<Vec<Coverage>>,
}

impl Legible {
    /// Reads the coverage of the fonts, family by family: a character counts only when every face of one family has
    /// it, for it may be set in any of them.
    pub(crate) fn new(fonts: &[Font]) -> Self {
        let mut families = BTreeMap::<&str, Vec<Coverage>>::new();
        for face in fonts.iter().map(Font::info) {
            families.entry(&face.family).or_default().push(face.coverage.clone());
        }
        Self { families: families.into_values().collect() }
    }

    fn prints(&self, character: char) -> bool {
        let code = u32::from(character);
        self.families.iter().any(|faces| faces.iter().all(|coverage| coverage.contains(code)))
    }

    /// Text of one line: breaks become spaces. Words longer than `word_max` characters may be broken anywhere after
    /// so many, lest they run out of their column.
    pub(crate) fn line(&self, text: &str, word_max: usize) -> String {
        self.clean(text, word_max, ' ')
    }

    /// Running text: line breaks are kept.
    pub(crate) fn paragraph(&self, text: &str, word_max: usize) -> String {
        self.clean(text, word_max, '\n')
    }

    fn clean(&self, text: &str, word_max: usize, line_break: char) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut word = 0;
        let mut characters = text.trim().chars().peekable();
        while let Some(character) = characters.next() {
            let printable = match character {
                '\r' if characters.peek() == Some(&'\n') => continue,
                '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => line_break,
                '\t' => ' ',
                c if is_invisible(c) => continue,
                c if self.prints(c) => c,
                _ => REPLACEMENT,
            };
            word = if matches!(printable, ' ' | '\n') { 0 } else { word + 1 };
            if word > word_max && !is_mark(printable) {
                clean.push(BREAK_HERE);
                word = 1;
            }
            clean.push(printable);
        }
        clean
    }
}

/// Controls, and characters that only steer other text: joiners, variation selectors, tags, and the direction marks
/// by which an amount could be shown in another order than it is stored.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Combining marks of the Latin, Greek and Cyrillic scripts, which stay with their letter.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::embedded_fonts;

    fn legible() -> Legible {
        Legible::new(&embedded_fonts())
    }

    #[test]
    fn the_fonts_print_the_languages_of_europe_and_the_euro_sign() {
        let legible = legible();
        for text in [
            "áéíóúüñç ÁÉÍÓÚÜÑÇ ¿¡ªº€ «» – — … “” ‘’ · ½ % ‰ §",
            "àèìòùâêîôûëïÿœæ ÀÈÌÒÙÂÊÎÔÛËÏŸŒÆ äöüß ãõ åøÅØ",
            "ąćęłńóśźż čďěňřšťůž őű șț ğış đ ģķļņ ėįųū",
            "Αθήνα Ελλάδα София Москва",
        ] {
            assert_eq!(legible.line(text, 99), text);
        }
        assert!(legible.prints(REPLACEMENT));
    }

    #[test]
    fn what_no_font_has_is_shown_as_replaced() {
        assert_eq!(legible().line("Acme 🦀 漢", 99), "Acme \u{FFFD} \u{FFFD}");
        assert_eq!(
            legible().line("👩\u{200D}👧", 99),
            "\u{FFFD}\u{FFFD}",
            "the joiner between them is dropped"
        );
    }

    #[test]
    fn steering_characters_are_dropped() {
        assert_eq!(legible().line("1\u{202E}234\u{0}5\u{7}", 99), "12345");
    }

    #[test]
    fn breaks_are_kept_in_paragraphs_only() {
        assert_eq!(legible().paragraph("a\r\nb\u{2028}c\td", 99), "a\nb\nc d");
        assert_eq!(legible().line("a\r\nb\u{2028}c\td", 99), "a b c d");
    }

    #[test]
    fn long_words_may_be_broken_and_short_ones_may_not() {
        assert_eq!(legible().line("abcdef abc", 3), "abc\u{200B}def abc");
        assert_eq!(
            legible().line("abc\u{301}d", 3),
            "abc\u{301}\u{200B}d",
            "an accent stays with its letter"
        );
    }
}
