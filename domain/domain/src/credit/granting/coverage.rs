//! Which cases a row fits, as a box with a side for each column, so that gaps and overlaps can be told.

use crate::rules::cell_set::CellSet;
use crate::rules::facts::ValueType;

/// More pieces than these are not looked at: the table is too intricate to say.
const PIECES_MAX: usize = 4_000;

/// One side per column.
pub(super) type Region = Vec<CellSet>;

/// The cases of a row; `None` where a cell depends on more than its column.
pub(super) fn region_of(cells: &[String], columns: &[ValueType]) -> Option<Region> {
    cells.iter().zip(columns).map(|(cell, column)| side(cell, column)).collect()
}

fn side(cell: &str, column: &ValueType) -> Option<CellSet> {
    if cell.trim().is_empty() { Some(CellSet::all(column)) } else { CellSet::of(cell, column) }
}

pub(super) fn everything(columns: &[ValueType]) -> Region {
    columns.iter().map(CellSet::all).collect()
}

pub(super) fn is_empty(region: &Region) -> bool {
    region.iter().any(CellSet::is_empty)
}

/// What both have in common, if anything.
pub(super) fn common(one: &Region, other: &Region) -> Option<Region> {
    let both = one.iter().zip(other).map(|(a, b)| a.intersect(b)).collect::<Region>();
    (!is_empty(&both)).then_some(both)
}

/// What of some regions none of the others takes; `None` when that would be too many pieces.
pub(super) fn remaining<'r>(
    of: Vec<Region>,
    taken: impl IntoIterator<Item = &'r Region>,
) -> Option<Vec<Region>> {
    taken.into_iter().try_fold(of, |left, hole| {
        let pieces = left.iter().flat_map(|piece| without(piece, hole)).collect::<Vec<_>>();
        (pieces.len() <= PIECES_MAX).then_some(pieces)
    })
}

/// One piece for each column by which a case is outside.
fn without(region: &Region, hole: &Region) -> Vec<Region> {
    if common(region, hole).is_none() {
        return vec![region.clone()];
    }
    let mut pieces = Vec::new();
    let mut inside = region.clone();
    for (place, taken) in hole.iter().enumerate() {
        let mut piece = inside.clone();
        if let (Some(cut), Some(kept)) = (piece.get_mut(place), inside.get_mut(place)) {
            *cut = kept.intersect(&taken.complement());
            *kept = kept.intersect(taken);
        }
        if !is_empty(&piece) {
            pieces.push(piece);
        }
    }
    pieces
}

/// The region in words, as cells say it, leaving out the columns that make no difference.
pub(super) fn describe(region: &Region, inputs: &[String]) -> String {
    let side = |(set, input): (&CellSet, &String)| {
        if set.covers_all() {
            return None;
        }
        let cell = set.describe().or_else(|| set.example().map(|value| value.to_string()));
        Some(format!("{input} {}", cell.unwrap_or_default()).trim_end().to_owned())
    };
    let sides = region.iter().zip(inputs).filter_map(side).collect::<Vec<_>>();
    if sides.is_empty() { "every case".to_owned() } else { sides.join(", ") }
}
