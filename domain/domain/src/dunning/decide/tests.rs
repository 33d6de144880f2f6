mod amounts;
mod holds;
mod properties;
mod schedule;
mod simulation;
