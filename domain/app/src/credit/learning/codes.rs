//! Error codes of models and back-tests.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static BACKTEST_DATES: Code = Code::new(
    "backtest.dates_invalid",
    Invalid,
    "A back-test needs at least one month that has ended, and at most 120.",
    "Una prueba retrospectiva necesita al menos un mes terminado, y como máximo 120.",
);
pub static ATTEMPTS_USED_UP: Code = Code::new(
    "learning.attempts_used_up",
    Conflict,
    "The work failed again and again and was given up; it can be started anew.",
    "El trabajo falló repetidas veces y se abandonó; se puede iniciar de nuevo.",
);
pub static MODEL_IN_TRAINING: Code = Code::new(
    "model.in_training",
    Conflict,
    "A model of this legal entity is being trained; wait for its end.",
    "Se está entrenando un modelo de esta sociedad; espere a que termine.",
);
pub static MODEL_NONE_ACTIVE: Code = Code::new(
    "model.none_active",
    Conflict,
    "The legal entity has no model in force.",
    "La sociedad no tiene ningún modelo en vigor.",
);
pub static MODEL_NOT_ACTIVE: Code =
    Code::new("model.not_active", Conflict, "This model is not in force.", "Este modelo no está en vigor.");
pub static MODEL_NOT_BETTER: Code = Code::new(
    "model.not_better",
    Conflict,
    "This model did not beat the baselines on what came after its training, so it is not put into force.",
    "Este modelo no superó a las referencias con los datos posteriores a su entrenamiento, así que no se activa.",
);
pub static MODEL_NOT_TRAINED: Code = Code::new(
    "model.not_trained",
    Conflict,
    "Only a model whose training has ended well can be put into force.",
    "Solo se puede activar un modelo cuyo entrenamiento terminó bien.",
);
pub static MODEL_TOO_FEW_ITEMS: Code = Code::new(
    "model.too_few_items",
    Conflict,
    "The history is too thin to learn from and to test on.",
    "El historial es demasiado escaso para aprender de él y probar con él.",
);
pub static MODEL_TOO_FEW_OF_CLASS: Code = Code::new(
    "model.too_few_of_class",
    Conflict,
    "Late payments, or payments in time, are too few to learn from.",
    "Los pagos con retraso, o los puntuales, son demasiado pocos para aprender de ellos.",
);
pub static MODEL_UNREADABLE: Code = Code::new(
    "model.unreadable",
    Conflict,
    "This model was made by another version of the program; train a new one.",
    "Este modelo lo creó otra versión del programa; entrene uno nuevo.",
);
pub static PREDICTIONS_IN_PROGRESS: Code = Code::new(
    "prediction.in_progress",
    Conflict,
    "Estimates of this legal entity are being made; wait for their end.",
    "Se están calculando las estimaciones de esta sociedad; espere a que terminen.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &BACKTEST_DATES,
    &ATTEMPTS_USED_UP,
    &MODEL_IN_TRAINING,
    &MODEL_NONE_ACTIVE,
    &MODEL_NOT_ACTIVE,
    &MODEL_NOT_BETTER,
    &MODEL_NOT_TRAINED,
    &MODEL_TOO_FEW_ITEMS,
    &MODEL_TOO_FEW_OF_CLASS,
    &MODEL_UNREADABLE,
    &PREDICTIONS_IN_PROGRESS,
];
