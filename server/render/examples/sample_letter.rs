//! Writes a sample dunning letter, to look at the template: `sample_letter <file.pdf> [rows]`.
#![expect(clippy::expect_used, reason = "a sample that fails may stop")]

#[path = "../tests/samples/letters.rs"]
mod letters;

use render::{Picture, PictureFormat, Renderer};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of the file to write");
    let rows = arguments.next().map_or(5, |text| text.parse().expect("a whole number of rows"));
    let mut letter = letters::dunning_letter(rows);
    if rows > 5 {
        let logo = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 120 40'><g fill='#1d3557'>\
                    <circle cx='20' cy='20' r='18'/><path d='M50 8h60v8H50zM50 24h40v8H50z'/></g></svg>";
        letter.sender.logo = Some(Picture {
            format: PictureFormat::Svg,
            bytes: logo.as_bytes().to_vec(),
            description: "Logotipo".to_owned(),
        });
    }
    let pdf = Renderer::new().expect("the renderer").render(&letter).expect("a letter");
    std::fs::write(path, pdf).expect("the file can be written");
}
