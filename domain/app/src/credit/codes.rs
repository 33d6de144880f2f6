//! Error codes of credit.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static PARTY_PARENT_CYCLE: Code = Code::new(
    "party.parent_cycle",
    Invalid,
    "The party would stand above itself: its parent belongs to it, directly or through others.",
    "El tercero quedaría por encima de sí mismo: su matriz pertenece a él, directamente o a través de otros.",
);
pub static PARTY_PARENT_SELF: Code = Code::new(
    "party.parent_self",
    Invalid,
    "A party does not belong to itself.",
    "Un tercero no pertenece a sí mismo.",
);
pub static RELATION_ENDED: Code = Code::new(
    "party_relation.ended",
    Conflict,
    "The relation has ended on or before that day.",
    "La relación terminó ese día o antes.",
);
pub static RELATION_ENDS_BEFORE_START: Code = Code::new(
    "party_relation.ends_before_start",
    Invalid,
    "A relation ends after it begins.",
    "Una relación termina después de comenzar.",
);
pub static RELATION_OVERLAPS: Code = Code::new(
    "party_relation.overlaps",
    Conflict,
    "In that time the party belongs to somebody already; end that relation first.",
    "En ese período el tercero ya pertenece a otro; termine antes esa relación.",
);

pub static ALL: &[&Code] = &[
    &PARTY_PARENT_CYCLE,
    &PARTY_PARENT_SELF,
    &RELATION_ENDED,
    &RELATION_ENDS_BEFORE_START,
    &RELATION_OVERLAPS,
];
