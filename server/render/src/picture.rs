//! Pictures in a letter: checked before they are set, so that the error names the picture.

use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage, SvgImage};

use crate::RenderError;
use crate::letter::{Picture, PictureFormat};

/// Most bytes of one picture.
pub const PICTURE_BYTES_MAX: usize = 2_000_000;

/// Most pixels of one PNG: a small file may unpack into more memory than the machine has.
pub const PICTURE_PIXELS_MAX: usize = 16_000_000;

/// The picture's bytes, once they are known to be readable.
///
/// # Errors
/// [`RenderError::TooLarge`], [`RenderError::Picture`].
pub(crate) fn readable(field: &'static str, picture: &Picture) -> Result<Bytes, RenderError> {
    if picture.bytes.len() > PICTURE_BYTES_MAX {
        return Err(RenderError::TooLarge { what: "bytes in a picture", limit: PICTURE_BYTES_MAX });
    }
    let bytes = Bytes::new(picture.bytes.clone());
    let unreadable = |reason: String| RenderError::Picture { field, reason };
    match picture.format {
        PictureFormat::Png => {
            let pixels =
                png_pixels(&picture.bytes).ok_or_else(|| unreadable("it is not a PNG".to_owned()))?;
            if pixels > PICTURE_PIXELS_MAX {
                return Err(RenderError::TooLarge { what: "pixels in a picture", limit: PICTURE_PIXELS_MAX });
            }
            RasterImage::plain(bytes.clone(), ExchangeFormat::Png).map_err(|e| unreadable(e.to_string()))?;
        }
        PictureFormat::Svg => {
            refuse_references(&picture.bytes).map_err(unreadable)?;
            SvgImage::new(bytes.clone()).map_err(|e| unreadable(format!("it is not an SVG ({e:?})")))?;
        }
    }
    Ok(bytes)
}

/// Refuses compressed text and every reference that leaves the file: there is nothing to read it from, and the
/// compiler would remember each name for ever.
fn refuse_references(bytes: &[u8]) -> Result<(), String> {
    const INSIDE: [&str; 3] = ["#", "data:image/png", "data:image/jpeg"];
    let text = std::str::from_utf8(bytes).map_err(|e| format!("it is not an SVG ({e})"))?;
    for after in text.split("href").skip(1) {
        let Some(value) = after.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
        if !INSIDE.iter().any(|inside| value.starts_with(inside)) {
            return Err("it refers to another file".to_owned());
        }
    }
    Ok(())
}

/// Width times height from the header chunk (ISO/IEC 15948, 11.2.2).
fn png_pixels(bytes: &[u8]) -> Option<usize> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1A\n")?.get(8..16)?;
    let (width, height) = header.split_at_checked(4)?;
    let side = |bytes: &[u8]| usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok();
    side(width)?.checked_mul(side(height)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(format: PictureFormat, bytes: &[u8]) -> Picture {
        Picture { format, bytes: bytes.to_vec(), description: String::new() }
    }

    #[test]
    fn damaged_pictures_are_named() {
        for (format, bytes) in [
            (PictureFormat::Png, b"GIF89a".as_slice()),
            (PictureFormat::Png, b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01"),
            (PictureFormat::Svg, b"<svg"),
            (PictureFormat::Svg, b""),
        ] {
            let refused = readable("logo", &picture(format, bytes)).unwrap_err();
            assert!(matches!(refused, RenderError::Picture { field: "logo", .. }), "{refused}");
        }
    }

    #[test]
    fn an_svg_may_refer_to_itself_only() {
        let svg = |inner: &str| {
            let text = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' \
                 viewBox='0 0 9 9'><path id='p' d='M0 0h9v9z'/>{inner}</svg>"
            );
            readable("logo", &picture(PictureFormat::Svg, text.as_bytes())).map(|_| ())
        };
        assert_eq!(svg("<use xlink:href='#p'/>"), Ok(()));
        for outside in [
            "<image href='other.png' width='9' height='9'/>",
            "<image xlink:href = \"file:///etc/hosts\" width='9' height='9'/>",
            "<image href='&#104;ttp://example.com/a.png' width='9' height='9'/>",
            "<image href='data:image/svg+xml;base64,AAAA' width='9' height='9'/>",
        ] {
            assert!(matches!(svg(outside), Err(RenderError::Picture { .. })), "{outside}");
        }
    }

    #[test]
    fn a_picture_that_unpacks_into_too_many_pixels_is_refused_unread() {
        let bomb = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\x01\0\0\0\x01\0\0\x01\0\0\0\0";
        let refused = readable("logo", &picture(PictureFormat::Png, bomb)).unwrap_err();
        assert_eq!(refused, RenderError::TooLarge { what: "pixels in a picture", limit: PICTURE_PIXELS_MAX });
    }

    #[test]
    fn a_picture_of_too_many_bytes_is_refused() {
        let long = picture(PictureFormat::Svg, &vec![b' '; PICTURE_BYTES_MAX + 1]);
        let refused = readable("logo", &long).unwrap_err();
        assert_eq!(refused, RenderError::TooLarge { what: "bytes in a picture", limit: PICTURE_BYTES_MAX });
    }
}
