//! Looks at a page as a camera does: what is filled where, and which code that is.

#![expect(clippy::float_arithmetic, reason = "places on a page, far from money")]
#![expect(clippy::many_single_char_names, reason = "the names that ISO 32000 gives the parts of a matrix")]

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, Stream};

/// Pixels of a module when the code is held before the reader.
const PIXELS: usize = 4;
/// White modules around it.
const MARGIN: usize = 4;

type Point = (f64, f64);
type Matrix = [f64; 6];

/// One filling of the page: the box of each of its parts, in points of the page.
type Filled = Vec<(Point, Point)>;

/// What a reader of QR codes finds on the first page.
///
/// # Panics
/// When the file cannot be read.
pub fn payment_code(pdf: &[u8]) -> Option<String> {
    let document = Document::load_mem(pdf).unwrap();
    let page = *document.get_pages().values().next().unwrap();
    let resources = document.get_page_resources(page).unwrap();
    let (own, inherited) = resources;
    let inherited = inherited.first().map(|id| document.get_dictionary(*id).unwrap());
    let content = document.get_page_content(page);
    let mut camera = Camera { document: &document, fillings: Vec::new() };
    camera.look(&content, own.or(inherited), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    // The code is what has the most parts.
    let code = camera.fillings.iter().max_by_key(|filled| filled.len())?;
    decode(code)
}

struct Camera<'d> {
    document: &'d Document,
    fillings: Vec<Filled>,
}

impl Camera<'_> {
    fn look(&mut self, content: &[u8], resources: Option<&Dictionary>, at: Matrix) {
        let (mut now, mut kept) = (at, Vec::new());
        let (mut filled, mut part) = (Filled::new(), Vec::<Point>::new());
        for Operation { operator, operands } in Content::decode(content).unwrap().operations {
            let numbers =
                operands.iter().filter_map(|o| o.as_float().ok().map(f64::from)).collect::<Vec<_>>();
            match (operator.as_str(), numbers.as_slice()) {
                ("q", _) => kept.push(now),
                ("Q", _) => now = kept.pop().unwrap(),
                ("cm", [a, b, c, d, e, f]) => now = joined([*a, *b, *c, *d, *e, *f], now),
                ("m", [x, y]) => {
                    filled.extend(outline(&part));
                    part = vec![moved((*x, *y), now)];
                }
                ("l", [x, y]) => part.push(moved((*x, *y), now)),
                ("re", [x, y, w, h]) => {
                    filled.extend(outline(&part));
                    part = vec![moved((*x, *y), now), moved((x + w, y + h), now)];
                }
                ("f" | "f*", _) => {
                    filled.extend(outline(&part));
                    self.fillings.push(std::mem::take(&mut filled));
                    part.clear();
                }
                ("n" | "S" | "W", _) => {
                    filled.clear();
                    part.clear();
                }
                ("Do", _) => self.look_into(operands.first().unwrap().as_name().unwrap(), resources, now),
                _ => {}
            }
        }
    }

    fn look_into(&mut self, name: &[u8], resources: Option<&Dictionary>, at: Matrix) {
        let document = self.document;
        let objects = resources.and_then(|r| document.get_dict_in_dict(r, b"XObject").ok()).unwrap();
        let object = document.dereference(objects.get(name).unwrap()).unwrap().1;
        let form: &Stream = object.as_stream().unwrap();
        if form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form") {
            let own = form.dict.get(b"Matrix").and_then(Object::as_array).ok().map(|matrix| {
                let matrix = matrix.iter().map(|n| f64::from(n.as_float().unwrap())).collect::<Vec<_>>();
                Matrix::try_from(matrix).unwrap()
            });
            let inside = document.get_dict_in_dict(&form.dict, b"Resources").ok();
            let content = form.get_plain_content().unwrap();
            self.look(&content, inside, own.map_or(at, |own| joined(own, at)));
        }
    }
}

fn moved((x, y): Point, [a, b, c, d, e, f]: Matrix) -> Point {
    (a * x + c * y + e, b * x + d * y + f)
}

/// First `inner`, then `outer`.
fn joined(inner: Matrix, outer: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = inner;
    let origin = [outer[0], outer[1], outer[2], outer[3], 0.0, 0.0];
    let (x, y, at) = (moved((a, b), origin), moved((c, d), origin), moved((e, f), outer));
    [x.0, x.1, y.0, y.1, at.0, at.1]
}

fn outline(part: &[Point]) -> Option<(Point, Point)> {
    let least = |of: fn(&Point) -> f64| part.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&Point) -> f64| part.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    (part.len() > 1).then(|| ((least(|p| p.0), least(|p| p.1)), (most(|p| p.0), most(|p| p.1))))
}

/// Puts the boxes on a grid of modules, the top of the page first, and hands that to a reader of QR codes.
fn decode(boxes: &Filled) -> Option<String> {
    let module = boxes.iter().map(|(low, high)| high.1 - low.1).fold(f64::INFINITY, f64::min);
    let left = boxes.iter().map(|(low, _)| low.0).fold(f64::INFINITY, f64::min);
    let top = boxes.iter().map(|(_, high)| high.1).fold(f64::NEG_INFINITY, f64::max);
    let right = boxes.iter().map(|(_, high)| high.0).fold(f64::NEG_INFINITY, f64::max);
    let modules = at((right - left) / module);
    let mut dark = vec![vec![false; modules]; modules];
    for (low, high) in boxes {
        let columns = at((low.0 - left) / module)..at((high.0 - left) / module);
        for row in at((top - high.1) / module)..at((top - low.1) / module) {
            dark.get_mut(row)?.get_mut(columns.clone())?.fill(true);
        }
    }
    let side = (modules + 2 * MARGIN) * PIXELS;
    let module_at = |pixel: usize| (pixel / PIXELS).checked_sub(MARGIN);
    let shade = |x: usize, y: usize| {
        let module = module_at(y).and_then(|y| dark.get(y)).zip(module_at(x)).and_then(|(row, x)| row.get(x));
        if module == Some(&true) { 0 } else { 255 }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    grids.first().and_then(|grid| grid.decode().ok()).map(|(_, text)| text)
}

#[expect(clippy::as_conversions, reason = "a small count of modules, rounded before")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as above")]
fn at(modules: f64) -> usize {
    modules.round() as usize
}
